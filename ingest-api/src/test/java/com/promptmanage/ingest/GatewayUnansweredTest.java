package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningGateway.CHAT;
import static com.promptmanage.ingest.RunningGateway.OWN_KEY;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Budgets that block, are open while they do not answer, and then do not answer: what they said last holds. A call is estimated at 1003
 * tokens and uses as many, which cost 0.0006018 USD.
 */
class GatewayUnansweredTest {

    private static final String BODY =
            "{\"model\":\"gpt-4o-mini\",\"max_tokens\":1000,\"messages\":[{\"content\":\"abcdef\"}]}";

    private static final String ANSWER =
            "{\"model\":\"gpt-4o-mini\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1000,\"total_tokens\":1003}}";

    private static final int CALLS = 100;

    @RegisterExtension
    private static final CheckedGateway gateway = CheckedGateway.start();

    private final ExecutorService callers = gateway.callers();

    private final FakeProvider budgets = gateway.budgets();

    private final FakeProvider provider = gateway.provider();

    private final RunningIngest ingest = gateway.ingest();

    @Test
    void callsAtOnceDoNotPassWhatTheBudgetsSaidLast() throws Exception {
        String app = ingest.key(NewKey.of("app", Account.team("unanswered")));
        theySay(2_500_000);
        provider.answers(500, JSON, "{}");
        Await.until(() -> assertThat(call(app).headers().firstValue("Prompt-Manage-Budget"))
                .hasValue("b1"));
        budgets.answers(503, JSON, "{}");
        provider.answers(200, JSON, ANSWER);

        var calls = new ArrayList<Future<HttpResponse<String>>>();
        for (int call = 0; call < CALLS; call++) {
            calls.add(callers.submit(() -> call(app)));
        }
        int made = 0;
        for (Future<HttpResponse<String>> call : calls) {
            int status = call.get().statusCode();
            assertThat(status).isIn(200, 402, 429);
            made += status == 200 ? 1 : 0;
        }

        assertThat(made).isEqualTo(4);
        assertThat(provider.asked()).hasSize(4);
        HttpResponse<String> refused = call(app);
        assertThat(refused.statusCode()).isEqualTo(402);
        assertThat(refused.body()).contains("'the month'", "0.0000928 USD", "insufficient_quota");
        assertThat(refused.headers().firstValue("Prompt-Manage-Budget")).hasValue("b1");
        assertThat(call(ingest.key(NewKey.of("app", Account.team("never-told"))))
                        .statusCode())
                .as("of an account of which nothing is known")
                .isEqualTo(200);
    }

    private void theySay(long left) {
        budgets.answers(200, JSON, """
                {"allowed":true,"estimatedCostNanoUsd":601800,"budgets":[
                 {"id":"b1","name":"the month","dimension":"account","value":"team:unanswered","unit":"usd","remaining":"0.0025",
                  "remainingNanoUsd":%d,"enforcement":"block","failMode":"open","periodEnd":"9999-01-01T00:00:00Z"}],
                 "counted":"AQ","failClosed":[],
                 "prices":{"listed":null,"own":[
                  {"id":"agreed","provider":"openai","model":"gpt-4o-mini","effectiveFrom":"2024-01-01T00:00:00Z","tiers":[
                   {"name":"standard","usdPerMillion":{"input":"0.60","output":"0.60"}}]}]}}
                """.formatted(left));
    }

    private HttpResponse<String> call(String app) throws Exception {
        return ingest.post(CHAT, app, JSON, BodyPublishers.ofString(BODY), OWN_KEY);
    }
}
