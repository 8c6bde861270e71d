package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.local.replay.Casting;
import com.promptmanage.local.replay.IngestClient;
import com.promptmanage.local.replay.MadeUpTrace;
import com.promptmanage.local.replay.Replay;
import com.promptmanage.local.replay.Trace;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.usage.Receipt;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every request of a trace three times, in random order, with the same ids: whoever adds up anywhere gets the plain sum
 * of the file.
 */
class TraceFiguresTest {

    private static final int TEAMS = 5;

    /** gpt-4o-mini: 0.15 USD and 0.60 USD for a million tokens. */
    private static final long INPUT_NANO_USD = 150;

    private static final long OUTPUT_NANO_USD = 600;

    @TempDir
    static Path directory;

    private static LocalStack stack;

    private static Api api;

    /** What everyone must show. */
    private record Figures(long requests, long inputTokens, long outputTokens, long costNanoUsd) {

        static final Figures NONE = new Figures(0, 0, 0, 0);

        Figures plus(long events, long input, long output, long nanoUsd) {
            return new Figures(requests + events, inputTokens + input, outputTokens + output, costNanoUsd + nanoUsd);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        stack = LocalStack.start(Patience.in(directory, Map.of()));
        api = Api.of(stack.local());
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
        stack.close();
    }

    @Test
    void anHourOfAProductionService() throws Exception {
        String name = "AzureLLMInferenceTrace_conv.csv.gz";
        Figures plain;
        try (InputStream packed = resource(name)) {
            plain = plainSum(new GZIPInputStream(packed));
        }
        assertThat(plain).isEqualTo(new Figures(19_366, 22_361_870, 4_088_665, 5_807_479_500L));

        try (InputStream packed = resource(name)) {
            assertEveryoneShows(plain, Trace.read(name, packed), "azure");
        }
    }

    @Test
    void aMadeUpHour() throws Exception {
        byte[] csv = MadeUpTrace.csv(4_000, Duration.ofHours(1), new SplittableRandom(11))
                .getBytes(StandardCharsets.UTF_8);

        assertEveryoneShows(
                plainSum(new ByteArrayInputStream(csv)),
                Trace.read("made-up.csv", new ByteArrayInputStream(csv)),
                "made_up");
    }

    private void assertEveryoneShows(Figures plain, Trace trace, String label) throws Exception {
        var teams =
                IntStream.range(0, TEAMS).mapToObj(i -> label + "_team_" + i).toList();
        var users = IntStream.range(0, 40).mapToObj(i -> label + "_user_" + i).toList();
        var casting = new Casting(teams, users, Casting.MODELS, List.of(), Map.of()).withModel("gpt-4o-mini");
        var options = Replay.Options.of(trace).withTimes(3).shuffledBy(20_231_116);
        Replay.Sent sent;
        try (var ingest = new IngestClient(
                URI.create(stack.local().baseUrl()), stack.local().apiKey(), Duration.ofMinutes(1))) {
            sent = new Replay(trace, casting, options, ingest, Clock.systemUTC()).run(accepted -> {});
        }

        assertThat(sent.events()).isEqualTo(3 * plain.requests());
        assertThat(shownByStats(teams, "day", sent)).as("stats, by receipt").isEqualTo(plain);
        assertThat(shownByStats(teams, "user", sent)).as("stats by member").isEqualTo(plain);
        assertThat(shownByRatedTopic(options.source())).as("usage.rated").isEqualTo(plain);
        Await.until(() -> assertThat(shownByHistory(options.source()))
                .as("the history table")
                .isEqualTo(plain));
    }

    /** Adds up the file itself, with nothing of the product between. */
    private static Figures plainSum(InputStream csv) throws IOException {
        var figures = Figures.NONE;
        var lines = new BufferedReader(new InputStreamReader(csv, StandardCharsets.UTF_8));
        lines.readLine();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] cells = line.strip().split(",", -1);
            long input = Long.parseLong(cells[1]);
            long output = Long.parseLong(cells[2]);
            figures = figures.plus(1, input, output, input * INPUT_NANO_USD + output * OUTPUT_NANO_USD);
        }
        return figures;
    }

    private static Figures shownByStats(List<String> teams, String groupBy, Replay.Sent sent) throws Exception {
        LocalDate from = LocalDate.ofInstant(sent.from(), ZoneOffset.UTC);
        LocalDate to = LocalDate.ofInstant(sent.to(), ZoneOffset.UTC);
        var figures = Figures.NONE;
        for (String team : teams) {
            Api.Answer stats = api.get("/api/token-tracking/stats?teamId=%s&startDate=%s&endDate=%s&groupBy=%s&after=%s"
                    .formatted(team, from, to, groupBy, newest(sent.receipts())));
            assertThat(stats.status()).as(stats.json().toString()).isEqualTo(200);
            JsonNode summary = stats.json().path("summary");
            figures = figures.plus(
                    summary.path("totalRuns").longValue(),
                    summary.at("/tokens/input").longValue(),
                    summary.at("/tokens/output").longValue(),
                    summary.path("totalCostNanoUsd").longValue());
            assertThat(sum(stats.json().path("breakdown"), "costNanoUsd"))
                    .as("the parts of " + team + " add up")
                    .isEqualTo(summary.path("totalCostNanoUsd").longValue());
        }
        return figures;
    }

    private static Figures shownByRatedTopic(String source) {
        var figures = Figures.NONE;
        var ids = new HashSet<String>();
        for (JsonNode event : RatedTopic.events(stack.local().kafkaBootstrapServers())) {
            if (event.path("source").asText().equals(source)) {
                assertThat(ids.add(event.path("id").asText()))
                        .as("rated once: " + event)
                        .isTrue();
                figures = figures.plus(
                        1,
                        event.at("/data/tokens/input").longValue(),
                        event.at("/data/tokens/output").longValue(),
                        event.path("costNanoUsd").longValue());
            }
        }
        return figures;
    }

    private static Figures shownByHistory(String source) throws SQLException {
        try (var connection =
                        DriverManager.getConnection("jdbc:" + stack.local().postgresUrl());
                var query = connection.prepareStatement("""
                        SELECT count(*), sum(input_tokens), sum(output_tokens), sum(cost_nano_usd)
                        FROM usage_history WHERE source = ?
                        """)) {
            query.setString(1, source);
            try (var row = query.executeQuery()) {
                row.next();
                return new Figures(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
            }
        }
    }

    /** One receipt for all of them. */
    private static String newest(List<String> receipts) {
        Map<Integer, Long> offsets = new HashMap<>();
        for (String receipt : receipts) {
            Receipt.decode(receipt)
                    .orElseThrow()
                    .offsets()
                    .forEach((partition, offset) -> offsets.merge(partition, offset, Math::max));
        }
        return new Receipt(offsets).encode();
    }

    private static long sum(JsonNode list, String field) {
        long sum = 0;
        for (JsonNode entry : list) {
            sum += entry.path(field).longValue();
        }
        return sum;
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(TraceFiguresTest.class.getClassLoader().getResourceAsStream(name), name);
    }
}
