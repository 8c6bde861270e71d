package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.streams.budget.AlertId;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BudgetRoutesTest {

    private static final String BUDGETS = "/api/token-tracking/budgets";

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final TestApi api = TestApi.start(NOW, TestRoutes::of);

    private final AtomicInteger teams = new AtomicInteger();

    /** Each test has a team of its own. */
    private String team = "";

    private String key = "";

    @BeforeEach
    void newTeam() {
        team = "team" + teams.incrementAndGet();
        key = api.key(account(), KeyScope.QUERY, KeyScope.MANAGE);
        api.metering().reads().price("gpt-4o-mini", call -> call.tokens().total() * 150);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void litellmsBudgetRoutesWorkOnOurBudgets() {
        Answer made = api.post(
                key,
                "/budget/new",
                "{\"budget_id\":\"prod\",\"max_budget\":10.5,\"soft_budget\":7,\"budget_duration\":\"30d\",\"tpm_limit\":null}");
        assertThat(made.status()).isEqualTo(200);
        assertThat(made.json().get("budget_id").textValue()).isEqualTo("prod");
        assertThat(made.json().get("budget_reset_at").textValue()).isEqualTo("2026-12-01T00:00:00Z");
        JsonNode ours = api.get(key, BUDGETS).json().get("budgets").get(0);
        assertThat(ours.get("limitUsd").textValue()).isEqualTo("10.50");
        assertThat(ours.get("enforcement").textValue()).isEqualTo("block");
        assertThat(ours.at("/thresholds/0/amountUsd").textValue()).isEqualTo("7.00");
        assertThat(api.post(key, "/budget/new", "{\"budget_id\":\"prod\",\"max_budget\":1}")
                        .status())
                .isEqualTo(409);

        JsonNode changed = api.post(key, "/budget/update", "{\"budget_id\":\"prod\",\"max_budget\":20}")
                .json();
        assertThat(changed.get("max_budget").decimalValue()).isEqualByComparingTo("20");
        assertThat(changed.get("soft_budget").decimalValue()).isEqualByComparingTo("7");
        assertThat(changed.get("budget_duration").textValue()).isEqualTo("1mo");
        assertThat(api.post(key, "/budget/info", "{\"budgets\":[\"prod\",\"other\"]}")
                        .json())
                .hasSize(1);
        assertThat(api.get(key, "/budget/list").json()).hasSize(1);
        assertThat(api.get(key, "/budget/settings?budget_id=prod").json()).hasSize(3);
        assertThat(api.post(key, "/budget/new", "{\"max_budget\":1,\"rpm_limit\":5}")
                        .status())
                .isEqualTo(400);
        assertThat(api.post(key, "/budget/new", "{\"max_budget\":1,\"budget_duration\":\"13d\"}")
                        .status())
                .isEqualTo(400);
        String reader = api.key(account(), KeyScope.QUERY);
        assertThat(api.post(reader, "/budget/delete", "{\"id\":\"prod\"}").status())
                .isEqualTo(403);
        assertThat(api.post(key, "/budget/delete", "{\"id\":\"prod\"}").status())
                .isEqualTo(200);
        assertThat(api.post(key, "/budget/delete", "{\"id\":\"prod\"}").status())
                .isEqualTo(404);
    }

    @Test
    void aNewBudgetIsAnsweredWithDefaultsAndWithWhatWasSpentBeforeItWasMade() {
        spend("ann", 100_000_000);

        Answer created = api.post(key, BUDGETS, "{\"name\":\"All of it\",\"limitUsd\":\"30.00\"}");

        assertThat(created.status()).isEqualTo(201);
        JsonNode budget = created.json();
        assertThat(budget.get("account").textValue()).isEqualTo("team:" + team);
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
        assertThat(api.get(key, BUDGETS + "/" + id(budget)).json()).isEqualTo(budget);
    }

    @Test
    void theStreamsOwnCounterIsShownOnceItKnowsTheBudget() {
        JsonNode created = create("{\"name\":\"a\",\"limitUsd\":\"30.00\"}");
        api.metering().budgets(account(), published());
        spend("ann", 10_000_000);

        assertThat(api.get(key, BUDGETS + "/" + id(created))
                        .json()
                        .at("/status/spent")
                        .textValue())
                .isEqualTo("1.50");
    }

    @Test
    void aBudgetForEachValueTellsOfEachWithSpend() {
        spend("ann", 10_000_000);
        spend("bob", 20_000_000);

        JsonNode budget = create("{\"name\":\"Each\",\"limitUsd\":\"2.00\",\"dimension\":\"member\",\"value\":\"*\"}");

        assertThat(budget.has("status")).isFalse();
        assertThat(budget.get("valuesCount").intValue()).isEqualTo(2);
        assertThat(budget.at("/values/0/value").textValue()).isEqualTo("bob");
        assertThat(budget.at("/values/0/spent").textValue()).isEqualTo("3.00");
        assertThat(budget.at("/values/0/remaining").textValue()).isEqualTo("0.00");
        assertThat(budget.at("/values/0/isExceeded").booleanValue()).isTrue();
        assertThat(budget.at("/values/1/value").textValue()).isEqualTo("ann");
        assertThat(budget.at("/values/1/isExceeded").booleanValue()).isFalse();
        assertThat(budget.at("/values/1/isNearLimit").booleanValue()).as("75 %").isTrue();
        Answer sentBack = api.put(key, BUDGETS + "/" + id(budget), budget.toString());
        assertThat(sentBack.status()).as(sentBack.json().toString()).isEqualTo(200);
    }

    @Test
    void aLimitOfTokensIsToldInTokens() {
        spend("ann", 600);

        JsonNode budget = create(
                "{\"name\":\"t\",\"limitTokens\":1000,\"thresholds\":[{\"amountTokens\":500,\"severity\":\"warning\"}]}");

        assertThat(budget.at("/status/unit").textValue()).isEqualTo("tokens");
        assertThat(budget.at("/status/spent").textValue()).isEqualTo("600");
        assertThat(budget.at("/status/spentTokens").longValue()).isEqualTo(600);
        assertThat(budget.at("/status/isNearLimit").booleanValue()).isTrue();
    }

    @Test
    void everyChangeTellsTheStreamOfAllBudgetsInOrder() {
        JsonNode first = create("{\"name\":\"first\",\"limitUsd\":\"1.00\"}");
        JsonNode second = create("{\"name\":\"second\",\"limitUsd\":\"2.00\"}");
        api.put(key, BUDGETS + "/" + id(first), "{\"name\":\"first\",\"limitUsd\":\"5.00\"}");
        api.delete(key, BUDGETS + "/" + id(second));

        assertThat(allPublished())
                .extracting(budgets -> budgets.stream()
                        .map(budget -> "%s %s v%d"
                                .formatted(budget.name(), budget.limit().amount(), budget.version()))
                        .sorted()
                        .toList())
                .containsExactly(
                        List.of("first 1000000000 v1"),
                        List.of("first 1000000000 v1", "second 2000000000 v2"),
                        List.of("first 5000000000 v3", "second 2000000000 v2"),
                        List.of("first 5000000000 v3"));
    }

    @Test
    void aChangeThatChangesNothingIsNone() {
        JsonNode created = create("{\"name\":\"same\",\"limitUsd\":\"1.00\"}");

        Answer answer = api.put(key, BUDGETS + "/" + id(created), created.toString());

        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        assertThat(answer.json().get("version").longValue()).isEqualTo(1);
        assertThat(allPublished()).hasSize(1);
    }

    @Test
    void aNewNameOrEnforcementIsAnotherVersionToWhoAsksButRaisesNoAlertAgain() {
        JsonNode created = create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String path = BUDGETS + "/" + id(created);
        String renamed =
                "{\"name\":\"b\",\"limitUsd\":\"1.00\",\"enforcement\":\"block\",\"failMode\":\"closed\",\"version\":1}";

        Answer answer = api.put(key, path, renamed);

        assertThat(answer.json().get("version").longValue()).isEqualTo(2);
        assertThat(answer.json().get("alertVersion").longValue()).isEqualTo(1);
        assertThat(answer.header("ETag")).hasValue("\"2\"");
        assertThat(api.get(key, path).json().get("version").longValue()).isEqualTo(2);
        assertThat(api.put(key, path, renamed).status())
                .as("who saw the old name is told")
                .isEqualTo(409);

        api.put(key, path, "{\"name\":\"b\",\"limitUsd\":\"2.00\",\"version\":2}");
        assertThat(published())
                .extracting(budget -> "%s v%d".formatted(budget.name(), budget.version()))
                .containsExactly("b v3");
        List<String> alerts = allPublished().stream()
                .flatMap(List::stream)
                .map(budget -> AlertId.of(budget, budget.account().value(), new Window(0, 1), 0))
                .toList();
        assertThat(alerts).hasSize(3);
        assertThat(alerts.get(1)).isEqualTo(alerts.get(0));
        assertThat(alerts.get(2)).isNotEqualTo(alerts.get(0));
    }

    @Test
    void aVersionNeverComesTwiceEvenForABudgetThatIsMadeAgain() {
        JsonNode first = create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        api.delete(key, BUDGETS + "/" + id(first));

        assertThat(create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}")
                        .get("version")
                        .longValue())
                .isGreaterThan(1);
    }

    @Test
    void whoSawAnOlderVersionIsTold() {
        JsonNode created = create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String path = BUDGETS + "/" + id(created);
        String body = "{\"name\":\"a\",\"limitUsd\":\"2.00\",\"version\":1}";
        assertThat(api.put(key, path, body).status()).isEqualTo(200);

        Answer late = api.put(key, path, body);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().get("code").textValue()).isEqualTo("conflict");
        assertThat(api.send(key, "PUT", path, "{\"name\":\"a\",\"limitUsd\":\"3.00\"}", "If-Match", "\"1\"")
                        .status())
                .isEqualTo(409);
        assertThat(api.send(key, "PUT", path, "{\"name\":\"a\",\"limitUsd\":\"3.00\"}", "If-Match", "\"2\"")
                        .status())
                .isEqualTo(200);
        assertThat(api.send(key, "DELETE", path, null, "If-Match", "\"2\"").status())
                .isEqualTo(409);
        assertThat(api.send(key, "DELETE", path, null, "If-Match", "\"3\"").status())
                .isEqualTo(204);
        assertThat(api.get(key, path).status()).isEqualTo(404);
    }

    @Test
    void changesAtTheSameTimeAreMadeOneAfterTheOther() throws Exception {
        int changes = 24;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> requests = new ArrayList<>();
            for (int i = 0; i < changes; i++) {
                String body = "{\"name\":\"b%d\",\"limitUsd\":\"1.00\"}".formatted(i);
                requests.add(() -> api.post(key, BUDGETS, body).status());
            }
            for (Future<Integer> status : threads.invokeAll(requests)) {
                assertThat(status.get()).isEqualTo(201);
            }
        }
        assertThat(allPublished())
                .extracting(List::size)
                .isEqualTo(LongStream.rangeClosed(1, changes)
                        .mapToObj(size -> (int) size)
                        .toList());
        assertThat(published()).extracting(Budget::version).doesNotHaveDuplicates();
    }

    @Test
    void everythingWrongWithABudgetIsToldAtOnce() {
        Answer answer = api.post(key, BUDGETS, """
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
        assertThat(api.post(key, BUDGETS, body).status()).isEqualTo(400);
    }

    @Test
    void amountsMayBeNumbersAndAreReadDigitByDigit() {
        assertThat(create("{\"name\":\"a\",\"limitUsd\":1234567.123456789}")
                        .get("limitUsd")
                        .textValue())
                .isEqualTo("1234567.123456789");
    }

    @Test
    void anAccountHasOnlySoManyBudgets() {
        for (int i = 0; i < 200; i++) {
            assertThat(api.post(key, BUDGETS, "{\"name\":\"b\",\"limitUsd\":\"1.00\"}")
                            .status())
                    .isEqualTo(201);
        }
        assertThat(api.post(key, BUDGETS, "{\"name\":\"b\",\"limitUsd\":\"1.00\"}")
                        .status())
                .isEqualTo(409);

        JsonNode page = api.get(key, BUDGETS + "?limit=150").json();
        assertThat(page.get("budgets").size()).isEqualTo(150);
        JsonNode rest = api.get(
                        key,
                        BUDGETS + "?limit=150&cursor=" + page.get("nextCursor").textValue())
                .json();
        assertThat(rest.get("budgets").size()).isEqualTo(50);
        assertThat(rest.get("nextCursor").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "owner, 200, 201",
        "admin, 200, 201",
        "editor, 403, 403",
        "viewer, 403, 403",
    })
    void whatAMemberMayDoFollowsFromTheRole(String role, int read, int write) {
        api.team(team, "Europe/Berlin");
        String caller = api.signIn(team + "-" + role);
        String path = BUDGETS + "?teamId=" + team;

        assertThat(api.get(caller, path).status()).isEqualTo(read);
        Answer created = api.post(caller, path, "{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        assertThat(created.status()).isEqualTo(write);
        if (write == 201) {
            assertThat(created.json().at("/period/timezone").textValue()).isEqualTo("Europe/Berlin");
        }
    }

    @Test
    void whatIsAnothersIsNotThere() {
        JsonNode budget = create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String stranger = api.key(Account.team("strangers"), KeyScope.QUERY, KeyScope.MANAGE);
        String path = BUDGETS + "/" + id(budget);

        assertThat(api.get(stranger, path).status()).isEqualTo(404);
        assertThat(api.get(stranger, path + "?teamId=" + team).status()).isEqualTo(404);
        assertThat(api.put(stranger, path, "{\"name\":\"b\",\"limitUsd\":\"1.00\"}")
                        .status())
                .isEqualTo(404);
        assertThat(api.delete(stranger, path).status()).isEqualTo(404);
        assertThat(api.post(
                                stranger,
                                BUDGETS,
                                "{\"name\":\"a\",\"limitUsd\":\"1.00\",\"account\":\"team:%s\"}".formatted(team))
                        .status())
                .isEqualTo(404);
        assertThat(api.get(stranger, BUDGETS + "?teamId=" + team).status()).isEqualTo(404);
        assertThat(api.get(api.key(NewKey.of("all", Account.team("x")).speakingForOthers()), path)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void readingNeedsOneScopeAndWritingAnother() {
        String reader = api.key(account(), KeyScope.QUERY);
        String writer = api.key(account(), KeyScope.MANAGE);

        assertThat(api.post(reader, BUDGETS, "{\"name\":\"a\",\"limitUsd\":\"1\"}")
                        .status())
                .isEqualTo(403);
        assertThat(api.post(writer, BUDGETS, "{\"name\":\"a\",\"limitUsd\":\"1\"}")
                        .status())
                .isEqualTo(201);
        assertThat(api.get(writer, BUDGETS).status()).isEqualTo(403);
        assertThat(api.get(reader, BUDGETS).status()).isEqualTo(200);
    }

    private JsonNode create(String body) {
        Answer created = api.post(key, BUDGETS, body);
        assertThat(created.status()).as(created.json().toString()).isEqualTo(201);
        return created.json();
    }

    private Account account() {
        return Account.team(team);
    }

    private void spend(String user, long tokens) {
        api.metering()
                .add(
                        TokenUsage.of(user, team, "gpt-4o-mini", TokenCounts.ofInputOutput(tokens, 0)),
                        NOW.minusSeconds(60));
        api.metering().commit();
    }

    private List<Budget> published() {
        return allPublished().getLast();
    }

    /** What waits for Kafka, in order. */
    private List<List<Budget>> allPublished() {
        return api.database()
                .asSystem(handle -> handle.createQuery("""
                                SELECT record_value FROM outbox
                                WHERE topic = 'budgets' AND record_key = :key ORDER BY id
                                """)
                        .bind("key", account().key())
                        .mapTo(byte[].class)
                        .map(BudgetCodec::readAll)
                        .list());
    }

    private static List<String> fields(Answer answer) {
        return StreamSupport.stream(answer.json().get("errors").spliterator(), false)
                .map(error -> error.get("field").textValue())
                .toList();
    }

    private static String id(JsonNode budget) {
        return budget.get("id").textValue();
    }
}
