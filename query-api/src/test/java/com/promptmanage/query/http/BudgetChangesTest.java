package com.promptmanage.query.http;

import static com.promptmanage.query.http.BudgetStand.BUDGETS;
import static com.promptmanage.query.http.BudgetStand.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.streams.budget.AlertId;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Period.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes of budgets: their versions, and what the stream is told of each. */
class BudgetChangesTest {

    @RegisterExtension
    private static final BudgetStand stand = new BudgetStand();

    @Test
    void everyChangeTellsTheStreamOfAllBudgetsInOrder() {
        long madeMs = stand.api().clock().millis();
        JsonNode first = stand.create("{\"name\":\"first\",\"limitUsd\":\"1.00\"}");
        JsonNode second = stand.create("{\"name\":\"second\",\"limitUsd\":\"2.00\"}");
        stand.api().clock().advance(Duration.ofHours(1));
        stand.put(BUDGETS + "/" + id(first), "{\"name\":\"first\",\"limitUsd\":\"5.00\"}");
        stand.delete(BUDGETS + "/" + id(second));

        assertThat(stand.allPublished())
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
        assertThat(stand.allPublished())
                .allSatisfy(budgets ->
                        assertThat(budgets).extracting(Budget::createdMs).containsOnly(madeMs));
    }

    @Test
    void aChangeThatChangesNothingIsNone() {
        JsonNode created = stand.create("{\"name\":\"same\",\"limitUsd\":\"1.00\"}");

        Answer answer = stand.put(BUDGETS + "/" + id(created), created.toString());

        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        assertThat(answer.json().get("version").longValue()).isEqualTo(1);
        assertThat(answer.header("ETag")).hasValue("\"1\"");
        assertThat(answer.json()).isEqualTo(created);
        assertThat(stand.allPublished()).hasSize(1);
        assertThat(stand.put(BUDGETS + "/" + id(created), "{\"name\":\"other\",\"limitUsd\":\"1.00\"}")
                        .json()
                        .get("version")
                        .longValue())
                .as("no version is used up by what changed nothing")
                .isEqualTo(2);
    }

    @Test
    void theBudgetForEachValueThatIsSentBackIsNoChange() {
        JsonNode created =
                stand.create("{\"name\":\"each\",\"dimension\":\"member\",\"value\":\"*\",\"limitUsd\":\"1.00\"}");

        stand.put(BUDGETS + "/" + id(created), created.toString());

        assertThat(stand.allPublished()).hasSize(1);
        assertThat(stand.create("{\"name\":\"next\",\"limitUsd\":\"1.00\"}")
                        .get("version")
                        .longValue())
                .isEqualTo(2);
    }

    @Test
    void whoChangesNothingOfAnotherVersionThanIsThereIsToldAllTheSame() {
        JsonNode created = stand.create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String path = BUDGETS + "/" + id(created);

        assertThat(stand.put(path, "{\"name\":\"a\",\"limitUsd\":\"1.00\",\"version\":2}")
                        .status())
                .isEqualTo(409);
        assertThat(stand.delete(BUDGETS + "/budget_none").status()).isEqualTo(404);
        assertThat(stand.put(path, "{\"name\":\"b\",\"limitUsd\":\"1.00\",\"version\":1}")
                        .json()
                        .get("version")
                        .longValue())
                .as("no refusal uses a version up")
                .isEqualTo(2);
    }

    @Test
    void aNewNameOrEnforcementIsAnotherVersionToWhoAsksButRaisesNoAlertAgain() {
        JsonNode created = stand.create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String path = BUDGETS + "/" + id(created);
        String renamed =
                "{\"name\":\"b\",\"limitUsd\":\"1.00\",\"enforcement\":\"block\",\"failMode\":\"closed\",\"version\":1}";

        Answer answer = stand.put(path, renamed);

        assertThat(answer.json().get("version").longValue()).isEqualTo(2);
        assertThat(answer.json().get("alertVersion").longValue()).isEqualTo(1);
        assertThat(answer.header("ETag")).hasValue("\"2\"");
        assertThat(stand.get(path).json().get("version").longValue()).isEqualTo(2);
        assertThat(stand.put(path, renamed).status())
                .as("who saw the old name is told")
                .isEqualTo(409);

        stand.put(path, "{\"name\":\"b\",\"limitUsd\":\"2.00\",\"version\":2}");
        assertThat(stand.published())
                .extracting(budget -> "%s v%d".formatted(budget.name(), budget.version()))
                .containsExactly("b v3");
        List<String> alerts = stand.allPublished().stream()
                .flatMap(List::stream)
                .map(budget -> AlertId.of(budget, budget.account().value(), new Window(0, 1), 0))
                .toList();
        assertThat(alerts).hasSize(3);
        assertThat(alerts.get(1)).isEqualTo(alerts.get(0));
        assertThat(alerts.get(2)).isNotEqualTo(alerts.get(0));
    }

    @Test
    void aVersionNeverComesTwiceEvenForABudgetThatIsMadeAgain() {
        JsonNode first = stand.create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        stand.delete(BUDGETS + "/" + id(first));

        assertThat(stand.create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}")
                        .get("version")
                        .longValue())
                .isGreaterThan(1);
    }

    @Test
    void moreBudgetsThanOneRecordHoldsAreRefusedAndNotDroppedLater() {
        String longest = "🎈".repeat(126);
        String body = "{\"name\":\"%s\",\"dimension\":\"tag:%s\",\"value\":\"%s\",\"limitUsd\":\"1.00\"}"
                .formatted("🎈".repeat(100), longest, longest);
        JsonNode first = stand.create(body);
        int made = stand.api()
                .database()
                .asSystem(handle -> handle.createUpdate("""
                                INSERT INTO budgets (id, account, version, definition, created_at, updated_at)
                                SELECT id || '-' || n, account, version,
                                       jsonb_set(definition, '{id}', to_jsonb(id || '-' || n)), created_at, updated_at
                                FROM budgets, generate_series(1, 198) AS n
                                WHERE account = :account
                                """)
                        .bind("account", stand.account().value())
                        .execute());

        Answer refused = stand.post(BUDGETS, body);

        assertThat(made).isEqualTo(198);
        assertThat(refused.status()).as(refused.json().toString()).isEqualTo(409);
        assertThat(refused.json().get("detail").textValue()).contains("more room");
        assertThat(stand.allPublished()).hasSize(1);
        assertThat(stand.delete(BUDGETS + "/" + id(first)).status())
                .as("by this they become fewer, though still too many")
                .isEqualTo(204);
    }

    @Test
    void whoSawAnOlderVersionIsTold() {
        JsonNode created = stand.create("{\"name\":\"a\",\"limitUsd\":\"1.00\"}");
        String path = BUDGETS + "/" + id(created);
        String body = "{\"name\":\"a\",\"limitUsd\":\"2.00\",\"version\":1}";
        assertThat(stand.put(path, body).status()).isEqualTo(200);

        Answer late = stand.put(path, body);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().get("code").textValue()).isEqualTo("conflict");
        assertThat(stand.send("PUT", path, "{\"name\":\"a\",\"limitUsd\":\"3.00\"}", "If-Match", "\"1\"")
                        .status())
                .isEqualTo(409);
        assertThat(stand.send("PUT", path, "{\"name\":\"a\",\"limitUsd\":\"3.00\"}", "If-Match", "\"2\"")
                        .status())
                .isEqualTo(200);
        assertThat(stand.send("DELETE", path, null, "If-Match", "\"2\"").status())
                .isEqualTo(409);
        assertThat(stand.send("DELETE", path, null, "If-Match", "\"3\"").status())
                .isEqualTo(204);
        assertThat(stand.get(path).status()).isEqualTo(404);
    }

    @Test
    void changesAtTheSameTimeAreMadeOneAfterTheOther() throws Exception {
        int changes = 24;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Integer>> requests = new ArrayList<>();
            for (int i = 0; i < changes; i++) {
                String body = "{\"name\":\"b%d\",\"limitUsd\":\"1.00\"}".formatted(i);
                requests.add(() -> stand.post(BUDGETS, body).status());
            }
            for (Future<Integer> status : threads.invokeAll(requests)) {
                assertThat(status.get()).isEqualTo(201);
            }
        }
        assertThat(stand.allPublished())
                .extracting(List::size)
                .isEqualTo(LongStream.rangeClosed(1, changes)
                        .mapToObj(size -> (int) size)
                        .toList());
        assertThat(stand.published()).extracting(Budget::version).doesNotHaveDuplicates();
    }
}
