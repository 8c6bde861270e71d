package com.promptmanage.local.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.testkit.Await;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final Trace trace = trace(1_200);

    private FakeIngest api;

    private IngestClient client;

    @BeforeEach
    void start() throws IOException {
        api = new FakeIngest();
        client = new IngestClient(api.url(), "pm_key", Duration.ofSeconds(60));
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    @Test
    void sendsEveryRequestOnceWithTheLastOneNow() throws Exception {
        Replay.Sent sent = replay(Replay.Options.of(trace));

        assertThat(sent.events()).isEqualTo(1_200);
        assertThat(sent.to()).isEqualTo(NOW);
        assertThat(sent.receipts()).hasSize(3);
        assertThat(api.events()).hasSize(1_200);
        assertThat(api.events().stream().map(UsageEvent::id)).doesNotHaveDuplicates();
        assertThat(api.events().stream().map(UsageEvent::time).max(Instant::compareTo))
                .hasValue(NOW);
        assertThat(api.events().stream().map(UsageEvent::time).min(Instant::compareTo))
                .hasValue(sent.from());
        assertThat(sum(TokenKind.INPUT)).isEqualTo(trace.contextTokens());
        assertThat(sum(TokenKind.OUTPUT)).isEqualTo(trace.generatedTokens());
        assertThat(api.authorizations()).containsOnly("Bearer pm_key");
    }

    @Test
    void sendsTheSameIdsAndTheSameUsageAgain() throws Exception {
        replay(Replay.Options.of(trace).withTimes(3).shuffledBy(7));

        assertThat(api.events()).hasSize(3_600);
        assertThat(api.events().stream().collect(Collectors.groupingBy(UsageEvent::id, Collectors.counting())))
                .hasSize(1_200)
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(3));
        assertThat(new HashSet<>(api.events())).hasSize(1_200);
    }

    @Test
    void shufflesInAnOrderThatTheSeedChooses() throws Exception {
        replay(Replay.Options.of(trace).shuffledBy(7).withConnections(1));
        replay(Replay.Options.of(trace).shuffledBy(7).withConnections(1));
        replay(Replay.Options.of(trace).shuffledBy(8).withConnections(1));

        List<String> ids = api.events().stream().map(UsageEvent::id).toList();
        assertThat(ids.subList(0, 1_200)).isEqualTo(ids.subList(1_200, 2_400));
        assertThat(ids.subList(0, 1_200)).isNotEqualTo(ids.subList(2_400, 3_600));
    }

    @Test
    void castsUsersTeamsAndModelsAlikeEachTime() {
        Casting casting = Casting.ofCrowd(5, 40);

        assertThat(casting.usage(trace.request(17))).isEqualTo(casting.usage(trace.request(17)));
        assertThat(numbers()
                        .map(number -> casting.usage(trace.request(number)).userId())
                        .distinct())
                .hasSize(40);
        assertThat(numbers()
                        .map(number -> casting.usage(trace.request(number)).teamId())
                        .distinct())
                .hasSize(5);
        assertThat(numbers()
                        .map(number -> casting.usage(trace.request(number)).model())
                        .distinct())
                .hasSize(4);
    }

    @Test
    void usesOneModelAndOneTeamIfTold() throws Exception {
        var replay = new Replay(
                trace,
                Casting.ofCrowd(5, 40).withModel("gpt-4o-mini").withTeam("acme"),
                Replay.Options.of(trace),
                client,
                Clock.fixed(NOW, ZoneOffset.UTC));

        replay.run(accepted -> {});

        assertThat(api.events().stream().map(event -> event.usage().model())).containsOnly("gpt-4o-mini");
        assertThat(api.events().stream().map(event -> event.usage().teamId())).containsOnly("acme");
    }

    @Test
    void sendsABatchAgainWithTheSameIdsWhenTheSystemIsBusy() throws Exception {
        api.refuseWith(503, 429, 503);

        Replay.Sent sent = replay(Replay.Options.of(trace).withConnections(1));

        assertThat(sent.repeats()).isEqualTo(3);
        assertThat(api.events()).hasSize(1_200);
        assertThat(api.events().stream().map(UsageEvent::id)).doesNotHaveDuplicates();
    }

    @Test
    void tellsOnceWhatItWaitsForAndOnceThatItGoesOn() throws Exception {
        var told = new CopyOnWriteArrayList<String>();
        api.refuseWith(503, 503, 503, 503, 503);
        try (var telling = new IngestClient(api.url(), "pm_key", Duration.ofSeconds(60), told::add)) {
            telling.send(List.of());
            telling.send(List.of());

            assertThat(told).hasSize(2);
            assertThat(told.get(0)).contains(api.url() + "/api/v1/events answered 503", "trying again");
            assertThat(told.get(1)).contains(api.url() + "/api/v1/events answers again");
        }
        api.close();
        // A machine that stands still for as long as it is tried has nothing told: then once more.
        Await.until(() -> {
            var gone = new CopyOnWriteArrayList<String>();
            try (var telling = new IngestClient(api.url(), "pm_key", Duration.ofSeconds(3), gone::add)) {
                assertThatThrownBy(() -> telling.send(List.of())).hasMessageContaining("gave up");
                assertThat(gone).singleElement().asString().contains("cannot reach " + api.url());
            }
        });
    }

    @Test
    void givesUpAtOnceWhenItIsRefusedForGood() {
        api.refuseWith(401);

        assertThatThrownBy(() -> replay(Replay.Options.of(trace).withConnections(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("answered 401");
        assertThat(api.batches()).isEmpty();
    }

    /** Something else answers there: to send it all again, for minutes, does not help. */
    @Test
    void givesUpAtOnceOnAnAnswerWithoutAReceipt() {
        api.refuseWith(204);

        assertThatThrownBy(() -> client.send(List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gave no receipt");
        assertThat(api.authorizations()).hasSize(1);
    }

    @Test
    void givesUpInTheEndWhenNobodyIsThere() {
        api.close();
        var impatient = new IngestClient(api.url(), "pm_key", Duration.ofMillis(1));

        try (impatient) {
            assertThatThrownBy(() -> impatient.send(List.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("gave up");
        }
    }

    @Test
    void keepsTheTracesPaceAtTheGivenSpeed() throws Exception {
        Trace second = trace(20);
        double length = Duration.between(second.start(), second.end()).toNanos() / 1e9;
        var replay = new Replay(
                second,
                Casting.ofCrowd(1, 1),
                Replay.Options.of(second).withSpeed(length / 0.5).withTimes(2),
                client,
                Clock.systemUTC());

        // A machine that stands still sends all that has become due meanwhile at once: then once more.
        Await.until(() -> {
            int before = api.batches().size();
            Replay.Sent sent = replay.run(accepted -> {});

            assertThat(sent.events()).isEqualTo(40);
            assertThat(sent.took()).isGreaterThanOrEqualTo(Duration.ofMillis(990));
            assertThat(api.batches()).hasSizeGreaterThan(before + 4);
        });
    }

    private Replay.Sent replay(Replay.Options options) throws Exception {
        return new Replay(trace, Casting.ofCrowd(5, 40), options, client, Clock.fixed(NOW, ZoneOffset.UTC))
                .run(accepted -> {});
    }

    private java.util.stream.Stream<Integer> numbers() {
        return java.util.stream.IntStream.range(0, trace.size()).boxed();
    }

    private long sum(TokenKind kind) {
        return api.events().stream()
                .mapToLong(event -> event.usage().tokens().get(kind))
                .sum();
    }

    private static Trace trace(int requests) {
        String csv = MadeUpTrace.csv(requests, Duration.ofHours(1), new SplittableRandom(5));
        try {
            return Trace.read("trace.csv", new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
