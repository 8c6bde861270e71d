package com.promptmanage.query.http;

import static com.promptmanage.query.http.BudgetStand.BUDGETS;
import static com.promptmanage.query.http.BudgetStand.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Budgets over HTTP: what makes one, what is told of it, and to whom. */
class BudgetRoutesTest {

    @RegisterExtension
    private static final BudgetStand stand = new BudgetStand();

    @Test
    void litellmsBudgetRoutesWorkOnOurBudgets() {
        Answer made = stand.post(
                "/budget/new",
                "{\"budget_id\":\"prod\",\"max_budget\":10.5,\"soft_budget\":7,\"budget_duration\":\"30d\",\"tpm_limit\":null}");
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.json().get("budget_id").textValue()).isEqualTo("prod");
        assertThat(made.json().get("budget_reset_at").textValue()).isEqualTo("2026-12-01T00:00:00Z");
        JsonNode ours = stand.get(BUDGETS).json().get("budgets").get(0);
        assertThat(ours.get("limitUsd").textValue()).isEqualTo("10.50");
        assertThat(ours.get("enforcement").textValue()).isEqualTo("block");
        assertThat(ours.at("/thresholds/0/amountUsd").textValue()).isEqualTo("7.00");
        assertThat(stand.post("/budget/new", "{\"budget_id\":\"prod\",\"max_budget\":1}")
                        .status())
                .isEqualTo(409);

        JsonNode changed = stand.post("/budget/update", "{\"budget_id\":\"prod\",\"max_budget\":20}")
                .json();
        assertThat(changed.get("max_budget").decimalValue()).isEqualByComparingTo("20");
        assertThat(changed.get("soft_budget").decimalValue()).isEqualByComparingTo("7");
        assertThat(changed.get("budget_duration").textValue()).isEqualTo("1mo");
        assertThat(stand.post("/budget/info", "{\"budgets\":[\"prod\",\"other\"]}")
                        .json())
                .hasSize(1);
        assertThat(stand.get("/budget/list").json()).hasSize(1);
        assertThat(stand.get("/budget/settings?budget_id=prod").json())
                .hasSize(3)
                .allSatisfy(field ->
                        assertThat(field.path("field_description").isTextual()).isTrue());
        assertThat(stand.post("/budget/new", "{\"max_budget\":1,\"rpm_limit\":5}")
                        .status())
                .isEqualTo(400);
        assertThat(stand.post("/budget/new", "{\"max_budget\":1,\"budget_duration\":\"13d\"}")
                        .status())
                .isEqualTo(400);
        String reader = stand.api().key(stand.account(), KeyScope.QUERY);
        assertThat(stand.api()
                        .post(reader, "/budget/delete", "{\"id\":\"prod\"}")
                        .status())
                .isEqualTo(403);
        assertThat(stand.post("/budget/delete", "{\"id\":\"prod\"}").status()).isEqualTo(200);
        assertThat(stand.post("/budget/delete", "{\"id\":\"prod\"}").status()).isEqualTo(404);
    }

    @Test
    void aPeriodThatLitellmRepeatsStaysAsItIs() {
        stand.post(
                BUDGETS,
                "{\"name\":\"from the 15th\",\"limitUsd\":\"1\",\"period\":{\"unit\":\"month\",\"anchor\":\"15\"}}");
        stand.post(BUDGETS, "{\"name\":\"quarterly\",\"limitUsd\":\"1\",\"period\":\"quarter\"}");

        JsonNode repeated = stand.post(
                        "/budget/update",
                        "{\"budget_id\":\"from the 15th\",\"max_budget\":2,\"budget_duration\":\"1mo\"}")
                .json();
        assertThat(repeated.get("max_budget").decimalValue()).isEqualByComparingTo("2");
        assertThat(repeated.get("budget_reset_at").textValue()).contains("-15T");
        Answer quarterly = stand.post("/budget/update", "{\"budget_id\":\"quarterly\",\"budget_duration\":\"3mo\"}");
        assertThat(quarterly.status()).isEqualTo(200);
        assertThat(quarterly.json().get("budget_duration").textValue()).isEqualTo("3mo");
        assertThat(stand.post("/budget/update", "{\"budget_id\":\"quarterly\",\"budget_duration\":\"1d\"}")
                        .json()
                        .get("budget_duration")
                        .textValue())
                .isEqualTo("1d");
    }

    @Test
    void aNewBudgetIsAnsweredWithDefaultsAndWithWhatWasSpentBeforeItWasMade() {
        stand.spend("ann", 100_000_000);

        Answer created = stand.post(BUDGETS, "{\"name\":\"All of it\",\"limitUsd\":\"30.00\"}");

        assertThat(created.status()).isEqualTo(201);
        JsonNode budget = created.json();
        assertThat(budget.get("account").textValue()).isEqualTo("team:" + stand.team());
        assertThat(budget.get("dimension").textValue()).isEqualTo("account");
        assertThat(budget.get("value").textValue()).isEqualTo("*");
        assertThat(budget.get("limitUsd").textValue()).isEqualTo("30.00");
        assertThat(budget.get("limitNanoUsd").longValue()).isEqualTo(30_000_000_000L);
        assertThat(budget.at("/period/unit").textValue()).isEqualTo("month");
        assertThat(budget.at("/period/timezone").textValue()).isEqualTo("UTC");
        assertThat(budget.get("thresholds").size()).isEqualTo(3);
        assertThat(budget.get("enforcement").textValue()).isEqualTo("alert_only");
        assertThat(budget.get("failMode").textValue()).isEqualTo("open");
        assertThat(budget.get("version").longValue()).isEqualTo(1);
        assertThat(created.header("ETag")).hasValue("\"1\"");
        assertThat(created.header("Location")).hasValue(BUDGETS + "/" + id(budget));

        JsonNode status = budget.get("status");
        assertThat(status.get("spent").textValue()).isEqualTo("15.00");
        assertThat(status.get("spentNanoUsd").longValue()).isEqualTo(15_000_000_000L);
        assertThat(status.get("remaining").textValue()).isEqualTo("15.00");
        assertThat(status.get("percentage").decimalValue()).isEqualByComparingTo("50");
        assertThat(status.get("isNearLimit").booleanValue()).isFalse();
        assertThat(status.get("isExceeded").booleanValue()).isFalse();
        assertThat(status.get("runRate").textValue())
                .as("15.00 after 15.5 of 30 days")
                .isEqualTo("29.032258064");
        assertThat(status.get("projected").isNull())
                .as("what was spent today alone foretells nothing")
                .isTrue();
        assertThat(status.at("/forecast/available").booleanValue()).isFalse();
        assertThat(status.at("/forecast/reason").textValue()).isEqualTo("too_little_data");
        assertThat(status.at("/forecast/daysNeeded").intValue()).isEqualTo(7);
        assertThat(status.get("periodStart").textValue()).isEqualTo("2026-11-01T00:00:00Z");
        assertThat(status.get("periodEnd").textValue()).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(stand.get(BUDGETS + "/" + id(budget)).json()).isEqualTo(budget);
    }

    @Test
    void theStreamsOwnCounterIsShownOnceItKnowsTheBudget() {
        JsonNode created = stand.create("{\"name\":\"a\",\"limitUsd\":\"30.00\"}");
        stand.api().metering().budgets(stand.account(), stand.published());
        stand.spend("ann", 10_000_000);

        assertThat(stand.get(BUDGETS + "/" + id(created))
                        .json()
                        .at("/status/spent")
                        .textValue())
                .isEqualTo("1.50");
    }

    @Test
    void aBudgetForEachValueTellsOfEachWithSpend() {
        stand.spend("ann", 10_000_000);
        stand.spend("bob", 20_000_000);

        JsonNode budget =
                stand.create("{\"name\":\"Each\",\"limitUsd\":\"2.00\",\"dimension\":\"member\",\"value\":\"*\"}");

        assertThat(budget.has("status")).isFalse();
        assertThat(budget.get("valuesCount").intValue()).isEqualTo(2);
        assertThat(budget.at("/values/0/value").textValue()).isEqualTo("bob");
        assertThat(budget.at("/values/0/spent").textValue()).isEqualTo("3.00");
        assertThat(budget.at("/values/0/remaining").textValue()).isEqualTo("0.00");
        assertThat(budget.at("/values/0/isExceeded").booleanValue()).isTrue();
        assertThat(budget.at("/values/1/value").textValue()).isEqualTo("ann");
        assertThat(budget.at("/values/1/isExceeded").booleanValue()).isFalse();
        assertThat(budget.at("/values/1/isNearLimit").booleanValue()).as("75 %").isTrue();
        Answer sentBack = stand.put(BUDGETS + "/" + id(budget), budget.toString());
        assertThat(sentBack.status()).as(sentBack.json().toString()).isEqualTo(200);
    }

    @Test
    void aLimitOfTokensIsToldInTokens() {
        stand.spend("ann", 600);

        JsonNode budget = stand.create(
                "{\"name\":\"t\",\"limitTokens\":1000,\"thresholds\":[{\"amountTokens\":500,\"severity\":\"warning\"}]}");

        assertThat(budget.at("/status/unit").textValue()).isEqualTo("tokens");
        assertThat(budget.at("/status/spent").textValue()).isEqualTo("600");
        assertThat(budget.at("/status/spentTokens").longValue()).isEqualTo(600);
        assertThat(budget.at("/status/isNearLimit").booleanValue()).isTrue();
    }

    @Test
    void everythingWrongWithABudgetIsToldAtOnce() {
        Answer answer = stand.post(BUDGETS, """
                {"name":"", "limitUsd":"-1", "dimension":"colour", "period":{"unit":"month","anchor":"99","timezone":"Mars"},
                 "thresholds":[{"percent":90,"severity":"info"},{"percent":75,"severity":"loud"},{"severity":"info"}],
                 "enforcement":"maybe", "limitUSD":"3"}
                """);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(fields(answer))
                .containsExactlyInAnyOrder(
                        "name",
                        "limitUsd",
                        "dimension",
                        "period.timezone",
                        "period.anchor",
                        "thresholds[1].severity",
                        "thresholds[1].percent",
                        "thresholds[2].percent",
                        "enforcement",
                        "limitUSD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"colour\"", "\"event_type\"", "\"tag:\"", "7"})
    void aWrongDimensionBringsNoFaultOfTheValueThatMayBeRight(String dimension) {
        Answer answer = stand.post(
                BUDGETS, "{\"name\":\"a\",\"limitUsd\":\"1\",\"value\":\"red\",\"dimension\":%s}".formatted(dimension));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(fields(answer)).containsExactly("dimension");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "{",
                "{\"name\":\"a\"}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"limitTokens\":1}",
                "{\"name\":\"a\",\"limitUsd\":\"0\"}",
                "{\"name\":\"a\",\"limitUsd\":\"0.0000000001\"}",
                "{\"name\":\"a\",\"limitUsd\":1e400}",
                "{\"name\":\"a\",\"limitUsd\":true}",
                "{\"name\":\"a\",\"limitTokens\":1.5}",
                "{\"name\":\"a\",\"limitTokens\":\"1\"}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"dimension\":\"member\"}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"dimension\":\"event_type\",\"value\":\"*\"}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"value\":\"ann\"}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"period\":\"fortnight\"}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"period\":{\"unit\":\"day\",\"anchor\":\"06:07\"}}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"period\":{\"unit\":\"day\",\"timezone\":\"+01:07\"}}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"thresholds\":[{\"percent\":1001,\"severity\":\"info\"}]}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"thresholds\":[{\"percent\":0,\"severity\":\"info\"}]}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"thresholds\":[{\"percent\":1e400,\"severity\":\"info\"}]}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"thresholds\":[{\"amountTokens\":5,\"severity\":\"info\"}]}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"thresholds\":[1]}",
                "{\"name\":\"a\",\"limitUsd\":\"1\",\"account\":\"nobody\"}",
                "{\"name\":\"a\",\"name\":\"b\",\"limitUsd\":\"1\"}",
            })
    void whatIsNoBudgetIsRefused(String body) {
        assertThat(stand.post(BUDGETS, body).status()).isEqualTo(400);
    }

    @Test
    void amountsMayBeNumbersAndAreReadDigitByDigit() {
        assertThat(stand.create("{\"name\":\"a\",\"limitUsd\":1234567.123456789}")
                        .get("limitUsd")
                        .textValue())
                .isEqualTo("1234567.123456789");
    }

    @Test
    void anAccountHasOnlySoManyBudgets() {
        for (int i = 0; i < 200; i++) {
            assertThat(stand.post(BUDGETS, "{\"name\":\"b\",\"limitUsd\":\"1.00\"}")
                            .status())
                    .isEqualTo(201);
        }
        assertThat(stand.post(BUDGETS, "{\"name\":\"b\",\"limitUsd\":\"1.00\"}").status())
                .isEqualTo(409);

        JsonNode page = stand.get(BUDGETS + "?limit=150").json();
        assertThat(page.get("budgets").size()).isEqualTo(150);
        JsonNode rest = stand.get(
                        BUDGETS + "?limit=150&cursor=" + page.get("nextCursor").textValue())
                .json();
        assertThat(rest.get("budgets").size()).isEqualTo(50);
        assertThat(rest.get("nextCursor").isNull()).isTrue();
        assertThat(stand.get(BUDGETS + "?cursor=AAAA").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "owner, 200, 201",
        "admin, 200, 201",
        "editor, 403, 403",
        "viewer, 403, 403",
    })
    void whatAMemberMayDoFollowsFromTheRole(String role, int read, int write) {
        stand.api().team(stand.team(), "Europe/Berlin");
        String caller = stand.api().signIn(stand.team() + "-" + role);
        String path = BUDGETS + "?teamId=" + stand.team();

        assertThat(stand.api().get(caller, path).status()).isEqualTo(read);
        Answer created = stand.api().post(caller, path, "{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        assertThat(created.status()).isEqualTo(write);
        if (write == 201) {
            assertThat(created.json().at("/period/timezone").textValue()).isEqualTo("Europe/Berlin");
        }
    }

    @Test
    void whatIsAnothersIsNotThere() {
        JsonNode budget = stand.create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String stranger = stand.api().key(Account.team("strangers"), KeyScope.QUERY, KeyScope.MANAGE);
        String path = BUDGETS + "/" + id(budget);

        assertThat(stand.api().get(stranger, path).status()).isEqualTo(404);
        assertThat(stand.api().get(stranger, path + "?teamId=" + stand.team()).status())
                .isEqualTo(404);
        assertThat(stand.api()
                        .put(stranger, path, "{\"name\":\"b\",\"limitUsd\":\"1.00\"}")
                        .status())
                .isEqualTo(404);
        assertThat(stand.api().delete(stranger, path).status()).isEqualTo(404);
        assertThat(stand.api()
                        .post(
                                stranger,
                                BUDGETS,
                                "{\"name\":\"a\",\"limitUsd\":\"1.00\",\"account\":\"team:%s\"}"
                                        .formatted(stand.team()))
                        .status())
                .isEqualTo(404);
        assertThat(stand.api()
                        .get(stranger, BUDGETS + "?teamId=" + stand.team())
                        .status())
                .isEqualTo(404);
        assertThat(stand.api()
                        .get(stand.api().key(NewKey.of("all", Account.team("x")).speakingForOthers()), path)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void readingNeedsOneScopeAndWritingAnother() {
        String reader = stand.api().key(stand.account(), KeyScope.QUERY);
        String writer = stand.api().key(stand.account(), KeyScope.MANAGE);

        assertThat(stand.api()
                        .post(reader, BUDGETS, "{\"name\":\"a\",\"limitUsd\":\"1\"}")
                        .status())
                .isEqualTo(403);
        assertThat(stand.api()
                        .post(writer, BUDGETS, "{\"name\":\"a\",\"limitUsd\":\"1\"}")
                        .status())
                .isEqualTo(201);
        assertThat(stand.api().get(writer, BUDGETS).status()).isEqualTo(403);
        assertThat(stand.api().get(reader, BUDGETS).status()).isEqualTo(200);
    }

    private static List<String> fields(Answer answer) {
        return StreamSupport.stream(answer.json().get("errors").spliterator(), false)
                .map(error -> error.get("field").textValue())
                .toList();
    }
}
