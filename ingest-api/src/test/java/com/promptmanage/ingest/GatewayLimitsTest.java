package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.USAGE;
import static com.promptmanage.ingest.RunningGateway.CHAT;
import static com.promptmanage.ingest.RunningGateway.OWN_KEY;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Calls that the gateway does not let through: for want of memory, and for want of money. */
class GatewayLimitsTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @Test
    void callsThatTakeLongHoldNoMoreThanTheirShareAndEventsGoOn() throws Exception {
        try (var slow = FakeProvider.start();
                var small = RunningIngest.withGateway(
                        Map.of("PM_GATEWAY_OPENAI_URL", slow.url(), "PM_GATEWAY_MEMORY", "1MiB"));
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var ends = new CountDownLatch(1);
            slow.answers(FakeProvider.after(ends, FakeProvider.whole(200, JSON, "{}".getBytes(UTF_8))));
            String app = small.key(NewKey.of("app", Account.team("slow")));
            String body = "{\"model\":\"m\",\"messages\":[{\"content\":\"%s\"}]}".formatted("x".repeat(250_000));
            var under = new ArrayList<Future<Integer>>();
            for (int calls = 1; calls <= 2; calls++) {
                under.add(callers.submit(() -> small.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode()));
                // One after the other: while a body is read it takes more than when it is there.
                int asked = calls;
                Await.until(() -> assertThat(slow.asked()).hasSize(asked));
            }

            HttpResponse<String> refused = small.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValueAsLong("Retry-After")).hasValue(1);
            assertThat(MAPPER.readTree(refused.body())
                            .path("error")
                            .path("message")
                            .textValue())
                    .contains("send it again");
            assertThat(small.events(
                                    app,
                                    RunningIngest.ONE,
                                    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"ping\"}")
                            .statusCode())
                    .isEqualTo(204);
            ends.countDown();
            for (Future<Integer> call : under) {
                assertThat(call.get()).isEqualTo(200);
            }
            assertThat(small.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void budgetsAreAskedBeforeAndTheirNoIsToldInTheWordsOfTheProvider() throws Exception {
        try (var gateway = CheckedGateway.start()) {
            // Budgets that answer later than a call waits spoil what follows, on a busy machine: then all of it again.
            Await.until(() -> blocksAndLetsThrough(gateway.ingest(), gateway.budgets(), gateway.provider()));
        }
    }

    private static void blocksAndLetsThrough(RunningIngest checked, FakeProvider budgets, FakeProvider other)
            throws Exception {
        String app = checked.key(NewKey.of("app", Account.team("checked")));
        String body = "{\"model\":\"gpt-4o-mini\",\"max_tokens\":500,\"messages\":[{\"content\":\"abcdef\"}]}";
        budgets.answers(200, JSON, """
                {"allowed":false,"estimatedCost":"0.30","estimatedCostNanoUsd":300000000,"deniedBy":"b1","budgets":[
                 {"id":"b0","name":"wide","unit":"usd","remaining":"9.00","remainingNanoUsd":9000000000,"enforcement":"block","failMode":"open"},
                 {"id":"b1","name":"tight","unit":"usd","remaining":"0.10","remainingNanoUsd":100000000,"enforcement":"block","failMode":"closed"}],
                 "failClosed":[{"dimension":"model","value":"gpt-4o-mini"}]}
                """);
        other.answers(200, JSON, "{\"usage\":" + USAGE + "}");
        // A process takes longer over its first question: on a busy machine so long that the call is let through.
        Await.until(() -> assertThat(checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode())
                .isEqualTo(402));
        int letThrough = other.asked().size();

        HttpResponse<String> refused = checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY);
        assertThat(refused.statusCode()).isEqualTo(402);
        JsonNode error = MAPPER.readTree(refused.body()).path("error");
        assertThat(error.path("code").textValue()).isEqualTo("budget_exceeded");
        assertThat(error.path("type").textValue()).isEqualTo("insufficient_quota");
        assertThat(error.path("message").textValue()).contains("'tight'", "0.10 USD");
        assertThat(refused.headers().firstValue("Prompt-Manage-Budget")).hasValue("b1");
        assertThat(refused.headers().firstValue("Prompt-Manage-Budget-Remaining"))
                .hasValue("0.10");
        JsonNode question = MAPPER.readTree(budgets.last().body());
        assertThat(question.path("teamId").textValue()).isEqualTo("checked");
        assertThat(question.path("inputTokens").longValue()).isEqualTo(3);
        assertThat(question.path("maxOutputTokens").longValue()).isEqualTo(500);
        String several = body.replace("\"max_tokens\":500", "\"max_tokens\":500,\"n\":4");
        checked.post(CHAT, app, JSON, BodyPublishers.ofString(several), OWN_KEY);
        assertThat(MAPPER.readTree(budgets.last().body())
                        .path("maxOutputTokens")
                        .longValue())
                .as("of four answers")
                .isEqualTo(2_000);
        var anthropic = checked.post(
                "/gateway/anthropic/v1/messages",
                "",
                JSON,
                BodyPublishers.ofString(body),
                Map.of("x-api-key", app, "Prompt-Manage-Provider-Key", "sk"));
        assertThat(anthropic.statusCode()).isEqualTo(402);
        assertThat(anthropic.body()).contains("\"billing_error\"");
        var gemini = checked.post(
                "/gateway/gemini/v1/models/gemini-2.0-flash:generateContent",
                "",
                JSON,
                BodyPublishers.ofString("{\"contents\":[]}"),
                Map.of("x-goog-api-key", app, "Prompt-Manage-Provider-Key", "sk"));
        assertThat(gemini.statusCode()).isEqualTo(402);
        assertThat(gemini.body()).contains("\"RESOURCE_EXHAUSTED\"");
        assertThat(other.asked()).hasSize(letThrough);

        // The budgets fall silent: what they wanted when they last spoke is done.
        budgets.answers(503, JSON, "{}");
        assertThat(checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode())
                .isEqualTo(503);
        assertThat(other.asked()).hasSize(letThrough);
        assertThat(checked.post(CHAT, app, JSON, BodyPublishers.ofString(body.replace("-mini", "")), OWN_KEY)
                        .statusCode())
                .as("of a model that none of them is on")
                .isEqualTo(200);
        String unknown = checked.key(NewKey.of("app", Account.team("never-asked")));
        assertThat(checked.post(CHAT, unknown, JSON, BodyPublishers.ofString(body), OWN_KEY)
                        .statusCode())
                .isEqualTo(200);

        // Another price than the list's: what it costs is not known here.
        budgets.answers(200, JSON, "{\"allowed\":true,\"estimatedCostNanoUsd\":1,\"budgets\":[]}");
        HttpResponse<String> ownPrice = checked.post(CHAT, app, JSON, BodyPublishers.ofString(body), OWN_KEY);
        assertThat(ownPrice.statusCode()).isEqualTo(200);
        assertThat(ownPrice.headers().firstValue("Prompt-Manage-Cost")).isEmpty();
    }

    /** By the account's own prices, which the budgets know, and for the model that answers. */
    @Test
    void whatACallHasCostIsWhatItsAccountPays() throws Exception {
        try (var gateway = CheckedGateway.start()) {
            FakeProvider budgets = gateway.budgets();
            FakeProvider provider = gateway.provider();
            RunningIngest checked = gateway.ingest();
            String app = checked.key(NewKey.of("app", Account.team("agreed")));
            String own = price("gpt-4o-mini", "0.10") + "," + price("gpt-4o-mini-2024-07-18", "0.05");
            budgets.answers(200, JSON, allowed("\"own\":[" + own + "],\"listed\":null"));
            provider.answers(200, JSON, "{\"model\":\"gpt-4o-mini\",\"usage\":" + USAGE + "}");
            isTold("0.0002 account", "by its own price", checked, app, "gpt-4o-mini");

            provider.answers(200, JSON, "{\"model\":\"gpt-4o-mini-2024-07-18\",\"usage\":" + USAGE + "}");
            isTold("0.0001 account", "by that of the model that answers", checked, app, "gpt-4o-mini");
            provider.answers(200, JSON, "{\"model\":\"gpt-4o-mini-2024-12-01\",\"usage\":" + USAGE + "}");
            isTold("0.0002 account", "of a name that has no price of its own", checked, app, "gpt-4o-mini");
            provider.answers(200, JSON, "{\"model\":\"gpt-4o\",\"usage\":" + USAGE + "}");
            isTold("0.0125 list", "of another model than the budgets were asked about", checked, app, "gpt-4o-mini");
            budgets.answers(200, JSON, allowed("\"own\":[],\"listed\":" + price("gpt-4o", "1.00")));
            isTold("0.002 account", "by a list that is another than ours", checked, app, "gpt-4o");
        }
    }

    /**
     * Until budgets answer in time the list is all that is known, and a process takes longer over its first question, as a busy machine does
     * over any.
     */
    private static void isTold(String cost, String why, RunningIngest checked, String app, String model)
            throws Exception {
        Await.until(() -> assertThat(cost(checked, app, model)).as(why).isEqualTo(cost));
    }

    private static String allowed(String prices) {
        return "{\"allowed\":true,\"estimatedCostNanoUsd\":1,\"budgets\":[],\"failClosed\":[],\"prices\":{%s}}"
                .formatted(prices);
    }

    private static String price(String model, String usdPerMillion) {
        return "{\"id\":\"of %1$s\",\"provider\":\"openai\",\"model\":\"%1$s\",\"effectiveFrom\":\"2024-01-01T00:00:00Z\",\"tiers\":[{\"name\":\"standard\",\"usdPerMillion\":{\"input\":\"%2$s\",\"output\":\"%2$s\"}}]}"
                .formatted(model, usdPerMillion);
    }

    /** With its basis. */
    private static String cost(RunningIngest checked, String app, String model) throws Exception {
        HttpResponse<String> answer =
                checked.post(CHAT, app, JSON, BodyPublishers.ofString("{\"model\":\"%s\"}".formatted(model)), OWN_KEY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("Prompt-Manage-Cost").orElse("none") + " "
                + answer.headers().firstValue("Prompt-Manage-Cost-Basis").orElse("none");
    }
}
