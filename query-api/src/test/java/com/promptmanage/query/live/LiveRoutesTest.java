package com.promptmanage.query.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.push.EventReader;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Scope;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveRoutesTest {

    private static final Account ACME = Account.team("acme");

    /** Late in the evening of the 30th in Chatham, noon of it in UTC. */
    private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");

    private final String database = TestApi.newDatabase();

    private final List<LiveTotals> totals = new ArrayList<>();

    private TestApi api;

    private String key;

    @BeforeEach
    void start() {
        api = api();
        api.team("acme", "UTC");
        api.metering().reads().price("m", usage -> usage.tokens().total() * 10);
        key = api.key(ACME, KeyScope.QUERY);
    }

    @AfterEach
    void stop() {
        totals.forEach(LiveTotals::close);
        api.close();
    }

    @Test
    void totalsAreToldAtOnceAndWhenACommitChangesThem() throws Exception {
        add("ann", 5, NOW.minus(Duration.ofDays(3)));
        add("ann", 7, NOW);
        api.metering().commit();
        try (EventReader reader = read(key, "?teamId=acme")) {
            Await.until(() -> assertThat(reader.events()).hasSize(1));
            JsonNode first = json(reader);
            assertThat(first.path("today").path("costNanoUsd").asLong()).isEqualTo(70);
            assertThat(first.path("month").path("costNanoUsd").asLong()).isEqualTo(120);
            assertThat(first.path("month").path("runs").asLong()).isEqualTo(2);

            add("bob", 1, NOW);
            api.metering().commit();

            Await.until(() ->
                    assertThat(json(reader).path("month").path("cost").asText()).isEqualTo("0.00000013"));
        }
    }

    @Test
    void aBurstOfCommitsIsToldAtMostFourTimesASecondAndItsLastStateAlways() throws Exception {
        try (EventReader reader = read(key, "?teamId=acme")) {
            Await.until(() -> assertThat(reader.events()).hasSize(1));
            long started = System.nanoTime();
            int commits = 0;
            // On a machine that has much to do the burst lasts until something was told in its midst, if ever.
            while (commits < 200 || (reader.events().size() < 3 && commits < 5_000)) {
                add("ann", 1, NOW);
                api.metering().commit();
                commits++;
                Thread.sleep(5);
            }
            int runs = commits;
            Await.until(() ->
                    assertThat(json(reader).path("today").path("runs").asLong()).isEqualTo(runs));
            double seconds = (System.nanoTime() - started) / 1e9;
            assertThat((double) reader.events().size()).isBetween(3.0, 4 * seconds + 3);
        }
    }

    @Test
    void aMemberWatchesTheirOwnPart() throws Exception {
        add("acme-viewer", 3, NOW);
        add("bob", 100, NOW);
        api.metering().commit();
        String viewer = api.signIn("acme-viewer");
        try (EventReader reader = read(viewer, "?teamId=acme&userId=acme-viewer");
                EventReader refused = read(viewer, "?teamId=acme")) {
            Await.until(() -> assertThat(reader.events()).hasSize(1));
            assertThat(json(reader).path("today").path("costNanoUsd").asLong()).isEqualTo(30);
            assertThat(refused.status()).isEqualTo(403);
        }
    }

    @Test
    void aStreamEndsWhenItsKeyIsRevokedAndTellsNothingMore() throws Exception {
        var brief = api.access()
                .keys()
                .create(Scope.EVERYONE, NewKey.of("brief", ACME).withScopes(Set.of(KeyScope.QUERY)));
        try (EventReader reader = read("Bearer " + brief.secret(), "?teamId=acme")) {
            Await.until(() -> assertThat(reader.events()).hasSize(1));
            api.access().keys().revoke(Scope.EVERYONE, brief.id());
            add("ann", 1, NOW);
            api.metering().commit();

            Await.until(() -> assertThat(reader.isOver()).isTrue());
            assertThat(reader.events()).hasSize(1);
        }
    }

    @Test
    void aStreamWithNothingToTellEndsAlsoLongBeforeItWouldSaySo() throws Exception {
        var brief = api.access()
                .keys()
                .create(Scope.EVERYONE, NewKey.of("brief", ACME).withScopes(Set.of(KeyScope.QUERY)));
        try (TestApi quiet = api(Duration.ofHours(1));
                EventReader reader = EventReader.open("Bearer " + brief.secret(), url(quiet, "?teamId=acme"), null)) {
            Await.until(() -> assertThat(reader.events()).hasSize(1));
            quiet.access().keys().revoke(Scope.EVERYONE, brief.id());

            Await.until(() -> assertThat(reader.isOver()).isTrue());
        }
    }

    @Test
    void aStreamEndsWhenTheStateMovesAwaySoThatItsReaderFollowsIt() throws Exception {
        try (EventReader reader = read(key, "?teamId=acme")) {
            Await.until(() -> assertThat(reader.comments()).isPositive());
            api.metering().place(ACME, new Place.Moving("moves"));
            Await.until(() -> assertThat(reader.isOver()).isTrue());
        }
    }

    @Test
    void anotherProcessPassesTheStreamOnAsItHappens() throws Exception {
        try (TestApi other = api()) {
            other.metering().place(ACME, new Place.Elsewhere("127.0.0.1", api.port()));
            try (EventReader reader = EventReader.open(key, url(other, "?teamId=acme"), null)) {
                Await.until(() -> assertThat(reader.events()).hasSize(1));
                add("ann", 5, NOW);
                api.metering().commit();
                Await.until(() -> assertThat(
                                json(reader).path("today").path("costNanoUsd").asLong())
                        .isEqualTo(50));
                assertThat(reader.isOver())
                        .as("what is kept back until the end would come with it")
                        .isFalse();
            }
        }
    }

    private TestApi api() {
        return api(Duration.ofMillis(300));
    }

    private TestApi api(Duration heartbeat) {
        return TestApi.startAt(database, NOW, parts -> {
            var started = new LiveTotals(parts.metering());
            totals.add(started);
            return List.of(new LiveRoutes(
                    parts.access().authentication(),
                    TestRoutes.routing(parts),
                    new AccountZones(parts.database()),
                    started,
                    parts.clock(),
                    heartbeat));
        });
    }

    private void add(String user, long tokens, Instant at) {
        api.metering().add(TokenUsage.of(user, "acme", "m", TokenCounts.ofInputOutput(tokens, 0)), at);
    }

    private EventReader read(String credentials, String query) {
        return EventReader.open(credentials, url(api, query), null);
    }

    private static String url(TestApi of, String query) {
        return "http://127.0.0.1:%d/api/token-tracking/stream%s".formatted(of.port(), query);
    }

    private static JsonNode json(EventReader reader) throws Exception {
        return new ObjectMapper().readTree(reader.events().getLast().data());
    }
}
