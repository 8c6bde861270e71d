package com.promptmanage.query.alert;

import static com.promptmanage.query.alert.AlertTopic.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.push.EventReader;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertStreamTest {

    private static final Account ACME = Account.team("acme");

    private static final Account OTHER = Account.team("other");

    private static final Duration HEARTBEAT = Duration.ofMillis(300);

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private AlertTopic topic;

    private AlertFeed feed;

    private TestApi api;

    private String key;

    @BeforeEach
    void start() throws Exception {
        topic = new AlertTopic(kafka);
        feed = feed();
        api = api(feed);
        key = api.key(ACME, KeyScope.QUERY);
    }

    @AfterEach
    void stop() {
        feed.close();
        api.close();
        topic.close();
    }

    @Test
    void anAlertReachesWhoMaySeeItAndNobodyElse() throws Exception {
        String stranger = api.key(OTHER, KeyScope.QUERY);
        try (EventReader ours = read(key, null);
                EventReader theirs = read(stranger, null)) {
            topic.raiseAndAbort(alert("never", ACME));
            topic.raise(alert("a", ACME), alert("b", OTHER), alert("c", ACME));

            Await.until(() -> assertThat(ids(ours)).containsExactly("a", "c"));
            Await.until(() -> assertThat(ids(theirs)).containsExactly("b"));
            EventReader.Event first = ours.events().getFirst();
            JsonNode data = new ObjectMapper().readTree(first.data());
            assertThat(first.name()).isEqualTo("alert");
            assertThat(data.path("account").asText()).isEqualTo("team:acme");
            assertThat(data.path("spentNanoUsd").asLong()).isEqualTo(2_250_000_001L);
            assertThat(data.path("spentUsd").asText()).isEqualTo("2.250000001");
            assertThat(data.path("acknowledged").booleanValue()).isFalse();
            assertThat(ours.response().headers().firstValue("content-type"))
                    .hasValue("text/event-stream;charset=utf-8");
        }
    }

    @Test
    void whoBringsNoIdGetsOnlyWhatIsNew() throws Exception {
        topic.raise(alert("old", ACME));
        try (EventReader seen = read(key, null)) {
            topic.raise(alert("first", ACME));
            Await.until(() -> assertThat(ids(seen)).contains("first"));
        }
        try (EventReader reader = read(key, null)) {
            topic.raise(alert("new", ACME));
            Await.until(() -> assertThat(ids(reader)).containsExactly("new"));
        }
    }

    @Test
    void aReaderThatIsCutOffAgainAndAgainLosesNothingAndGetsNothingTwice() throws Exception {
        int alerts = 300;
        var random = new Random(11);
        String id;
        try (EventReader first = read(key, null)) {
            Await.until(() -> assertThat(first.lastId()).isNotNull());
            id = first.lastId();
        }
        var got = new ArrayList<String>();
        try (var threads = Executors.newSingleThreadExecutor()) {
            var raising = threads.submit(() -> {
                for (int i = 0; i < alerts; i++) {
                    topic.raise(alert("a" + i, ACME), alert("b" + i, OTHER));
                    if (i % 5 == 0) {
                        topic.raiseAndAbort(alert("never" + i, ACME));
                    }
                }
                return null;
            });
            long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
            while (got.size() < alerts && System.nanoTime() < deadline) {
                EventReader reader = read(key, id);
                Thread.sleep(random.nextInt(250));
                reader.close();
                got.addAll(ids(reader));
                id = reader.lastId();
            }
            raising.get();
        }
        assertThat(got)
                .containsExactlyElementsOf(
                        IntStream.range(0, alerts).mapToObj(i -> "a" + i).toList());
    }

    @Test
    void aReaderGoesOnAtAnotherProcess() throws Exception {
        String id;
        try (EventReader here = read(key, null)) {
            topic.raise(alert("one", ACME));
            Await.until(() -> assertThat(ids(here)).containsExactly("one"));
            id = here.lastId();
        }
        topic.raise(alert("between", ACME));
        try (AlertFeed otherFeed = feed();
                TestApi other = api(otherFeed)) {
            String otherKey = other.key(ACME, KeyScope.QUERY);
            try (EventReader there = EventReader.open(otherKey, url(other, ""), id)) {
                topic.raise(alert("two", ACME));
                Await.until(() -> assertThat(ids(there)).containsExactly("between", "two"));
            }
        }
    }

    @Test
    void aQuietStreamTellsThatItIsThereAndWhereItStands() throws Exception {
        try (EventReader reader = read(key, null)) {
            Await.until(() -> assertThat(reader.comments()).isGreaterThanOrEqualTo(3));
            assertThat(FeedPosition.decode(String.valueOf(reader.lastId()))).isPresent();
        }
    }

    @Test
    void aMemberIsToldOfWhatTheySpentThemselves() throws Exception {
        api.team("acme", "UTC");
        String viewer = api.signIn("acme-viewer");
        try (EventReader reader = EventReader.open(viewer, url(api, "?teamId=acme&userId=acme-viewer"), null)) {
            topic.raise(
                    alert("team", ACME),
                    alert("owner", ACME, Dimension.MEMBER, "acme-owner"),
                    alert("mine", ACME, Dimension.MEMBER, "acme-viewer"));
            Await.until(() -> assertThat(ids(reader)).containsExactly("mine"));
        }
        try (EventReader refused = EventReader.open(viewer, url(api, "?teamId=acme"), null)) {
            assertThat(refused.status()).isEqualTo(403);
        }
        try (EventReader refused = EventReader.open(viewer, url(api, "?teamId=other"), null)) {
            assertThat(refused.status()).isEqualTo(404);
        }
    }

    @Test
    void aStreamEndsWhenItsReaderIsShownOutOfTheTeam() throws Exception {
        api.team("acme", "UTC");
        String viewer = api.signIn("acme-viewer");
        try (EventReader reader = EventReader.open(viewer, url(api, "?teamId=acme&userId=acme-viewer"), null)) {
            Await.until(() -> assertThat(reader.comments()).isPositive());
            api.database()
                    .useAsSystem(handle -> handle.execute("DELETE FROM team_members WHERE user_id = 'acme-viewer'"));
            api.access().sessions().forget("acme-viewer");

            Await.until(() -> assertThat(reader.isOver()).isTrue());
        }
    }

    @Test
    void aQuietStreamEndsWhenItsKeyIsRevokedLongBeforeItsNextSignOfLife() throws Exception {
        try (TestApi quiet = api(feed, Duration.ofHours(1))) {
            var brief = quiet.access()
                    .keys()
                    .create(Scope.EVERYONE, NewKey.of("brief", ACME).withScopes(Set.of(KeyScope.QUERY)));
            try (EventReader reader = EventReader.open("Bearer " + brief.secret(), url(quiet, ""), null)) {
                Await.until(() -> assertThat(reader.comments()).isPositive());
                quiet.access().keys().revoke(Scope.EVERYONE, brief.id());

                Await.until(() -> assertThat(reader.isOver()).isTrue());
            }
        }
    }

    @Test
    void anIdThatIsNotOursIsRefused() {
        try (EventReader refused = read(key, "17")) {
            assertThat(refused.status()).isEqualTo(400);
        }
    }

    @Test
    void whenTheProcessStopsItsStreamsEnd() throws Exception {
        try (EventReader reader = read(key, null)) {
            feed.close();
            Await.until(() -> assertThat(reader.isOver()).isTrue());
        }
        try (EventReader refused = read(key, null)) {
            assertThat(refused.status()).isEqualTo(503);
        }
    }

    @Test
    void manyReadFromOneProcess() throws Exception {
        int readers = 300;
        var open = new ArrayList<EventReader>();
        try {
            for (int i = 0; i < readers; i++) {
                open.add(read(key, null));
            }
            topic.raise(alert("for all", ACME));
            Await.until(() -> assertThat(open)
                    .allSatisfy(reader -> assertThat(ids(reader)).containsExactly("for all")));
        } finally {
            feed.close();
            open.forEach(EventReader::close);
        }
    }

    private AlertFeed feed() throws Exception {
        AlertFeed started = AlertFeed.start(
                topic.name(),
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                AlertTopic::partitionOf,
                new SimpleMeterRegistry());
        Await.until(() -> assertThat(started.isFollowing()).isTrue());
        return started;
    }

    private static TestApi api(AlertFeed feed) {
        return api(feed, HEARTBEAT);
    }

    private static TestApi api(AlertFeed feed, Duration heartbeat) {
        return TestApi.start(
                Instant.parse("2026-11-24T12:00:00Z"),
                parts -> new Alerts(parts.database(), parts.access().authentication(), feed, parts.clock(), heartbeat)
                        .routes());
    }

    private EventReader read(String credentials, @Nullable String lastEventId) {
        return EventReader.open(credentials, url(api, ""), lastEventId);
    }

    private static String url(TestApi of, String query) {
        return "http://127.0.0.1:%d/api/token-tracking/alerts/stream%s".formatted(of.port(), query);
    }

    private static List<String> ids(EventReader reader) {
        return reader.events().stream()
                .map(event -> event.data().replaceFirst("^.*?\"id\":\"([^\"]*)\".*$", "$1"))
                .toList();
    }
}
