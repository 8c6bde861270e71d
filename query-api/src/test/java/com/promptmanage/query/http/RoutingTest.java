package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.metering.InMemoryMetering;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two processes at one database, of which the second owns the account. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutingTest {

    private static final String STATS = "/api/token-tracking/stats";

    private static final String CHECK = "/api/token-tracking/check";

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final String jdbcUrl = TestApi.newDatabase();

    private final TestApi asked = TestApi.startAt(jdbcUrl, NOW, TestRoutes::of);

    private final TestApi owner = TestApi.startAt(jdbcUrl, NOW, TestRoutes::of);

    private final AtomicInteger teams = new AtomicInteger();

    /** Each test has an account of its own. */
    private Account account = Account.team("none");

    private String key = "";

    @BeforeEach
    void fill() {
        account = Account.team("team" + teams.incrementAndGet());
        key = asked.key(account, KeyScope.QUERY, KeyScope.MANAGE);
        asked.metering().place(account, new Place.Elsewhere("127.0.0.1", owner.port()));
        owner.metering().reads().price("gpt-4o-mini", call -> call.tokens().total() * 150);
        owner.metering().add(call(), NOW.minusSeconds(60));
        owner.metering().commit();
    }

    @AfterAll
    void stop() {
        asked.close();
        owner.close();
    }

    @Test
    void whoeverIsAskedTheOwnerAnswers() {
        Answer answer = asked.get(key, STATS + "?groupBy=user&timezone=Asia%2FKathmandu");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/summary/totalCostNanoUsd").longValue()).isEqualTo(1_500);
        assertThat(answer.json().at("/range/timezone").textValue()).isEqualTo("Asia/Kathmandu");
        assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/json");
    }

    @Test
    void aBodyIsPassedOnToo() {
        JsonNode decision = asked.post(key, CHECK, "{\"userId\":\"ann\",\"model\":\"gpt-4o-mini\",\"inputTokens\":10}")
                .json();

        assertThat(decision.get("estimatedCostNanoUsd").longValue()).isEqualTo(1_500);
    }

    @Test
    void whatAPageOfOursAsksIsPassedOnAndWhatAForeignOneAsksIsNot() {
        asked.user("ida");
        asked.metering().place(Account.user("ida"), new Place.Elsewhere("127.0.0.1", owner.port()));
        String cookie = "pm_session=" + asked.signIn("ida").substring("Bearer ".length());
        String call = "{\"model\":\"gpt-4o-mini\",\"inputTokens\":10}";

        Answer ours = asked.send("", "POST", CHECK, call, "Cookie", cookie, "Sec-Fetch-Site", "same-origin");
        Answer foreign = asked.send("", "POST", CHECK, call, "Cookie", cookie, "Sec-Fetch-Site", "cross-site");
        Answer overHttps = asked.send(
                "",
                "POST",
                CHECK,
                call,
                "Cookie",
                "__Host-" + cookie,
                "X-Forwarded-Proto",
                "https",
                "Sec-Fetch-Site",
                "same-origin");

        assertThat(overHttps.json().at("/estimatedCostNanoUsd").longValue()).isEqualTo(1_500);
        assertThat(ours.json().at("/estimatedCostNanoUsd").longValue()).isEqualTo(1_500);
        assertThat(foreign.status()).isEqualTo(403);
    }

    @Test
    void theOwnersRefusalComesBackAsItIs() {
        owner.metering().place(account, new Place.Moving("partitions are moving"));

        Answer answer = asked.get(key, STATS);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).hasValue("1");
        assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/problem+json");
    }

    @Test
    void aReceiptIsWaitedForByTheOwner() {
        long offset = owner.metering().add(call(), NOW.minusSeconds(30));
        String receipt = new Receipt(Map.of(InMemoryMetering.PARTITION, offset)).encode();

        Answer early = asked.send(key, "GET", STATS, null, "Prompt-Manage-After", receipt);
        assertThat(early.status()).isEqualTo(202);
        assertThat(early.header("Retry-After")).hasValue("1");

        owner.metering().commit();
        assertThat(asked.get(key, STATS + "?after=" + receipt)
                        .json()
                        .at("/summary/totalRuns")
                        .longValue())
                .isEqualTo(2);
    }

    @Test
    void twoThatEachBelieveTheOtherToBeTheOwnerDoNotPlayBall() {
        owner.metering().place(account, new Place.Elsewhere("127.0.0.1", asked.port()));

        assertThat(asked.get(key, STATS).status()).isEqualTo(503);
    }

    @Test
    void anOwnerThatIsGoneIsA503UntilItsPartitionsHaveMoved() {
        asked.metering().place(account, new Place.Elsewhere("127.0.0.1", FreePorts.one()));

        Answer answer = asked.get(key, STATS);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().get("code").textValue()).isEqualTo("unavailable");
        assertThat(answer.header("Retry-After")).isPresent();
    }

    @Test
    void aCopyAnswersForThoseWhoAllowItAndSaysHowFarItIsBehind() {
        asked.metering().place(account, new Place.Moving("partitions are moving"));
        asked.metering().standby(account, new Place.Here(owner.metering().reads()));
        owner.metering().reads().lagRecords(17);

        assertThat(asked.get(key, STATS).status()).isEqualTo(503);
        Answer answer = asked.get(key, STATS + "?stale=allow");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Prompt-Manage-Lag")).hasValue("17");
        assertThat(answer.json().at("/summary/totalRuns").longValue()).isEqualTo(1);
    }

    @Test
    void aCopyThatIsBehindAReceiptSaysSoToo() {
        asked.metering().place(account, new Place.Moving("partitions are moving"));
        asked.metering().standby(account, new Place.Here(owner.metering().reads()));
        String receipt = new Receipt(Map.of(InMemoryMetering.PARTITION, 99L)).encode();

        assertThat(asked.get(key, STATS + "?stale=allow&after=" + receipt).status())
                .isEqualTo(202);
    }

    @Test
    void aBudgetIsMadeWhereverItIsAskedForAndTheOwnerKnowsHowFarItIs() {
        Answer created = asked.post(key, "/api/token-tracking/budgets", "{\"name\":\"a\",\"limitUsd\":\"1.00\"}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().has("status")).isFalse();
        assertThat(asked.get(key, created.header("Location").orElseThrow())
                        .json()
                        .at("/status/spentNanoUsd")
                        .longValue())
                .isEqualTo(1_500);
    }

    private TokenUsage call() {
        return TokenUsage.of("ann", account.id(), "gpt-4o-mini", TokenCounts.ofInputOutput(10, 0));
    }
}
