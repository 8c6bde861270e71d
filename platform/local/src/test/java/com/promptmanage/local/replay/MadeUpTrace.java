package com.promptmanage.local.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SplittableRandom;

/**
 * Makes up traces that look like real ones: arrivals in bursts, token counts that are mostly small and sometimes large.
 * The same seed makes the same trace on every machine. Run {@link #main} from the module's directory to write the sample
 * that bin/up shows; {@link MadeUpTraceTest} holds it to this.
 */
public final class MadeUpTrace {

    static final Path SAMPLE = Path.of("src/main/resources/sample-trace.csv");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSS").withZone(ZoneOffset.UTC);

    private static final Instant START = Instant.parse("2026-01-05T08:00:00Z");

    private MadeUpTrace() {}

    public static void main(String... args) throws IOException {
        Files.writeString(SAMPLE, sample());
    }

    /** Three weeks of a small team. */
    static String sample() {
        return csv(600, Duration.ofDays(21), new SplittableRandom(2026));
    }

    /** @param span about how long from the first request to the last */
    public static String csv(int requests, Duration span, SplittableRandom random) {
        var csv = new StringBuilder("TIMESTAMP,ContextTokens,GeneratedTokens\n");
        double meanGapNanos = (double) span.toNanos() / requests;
        long atNanos = 0;
        for (int i = 0; i < requests; i++) {
            // Two kinds of gap make bursts: one request in five comes after a long silence.
            double stretch = random.nextInt(5) == 0 ? 4 : 0.25;
            atNanos += (long) (meanGapNanos * stretch * -StrictMath.log(1 - random.nextDouble()));
            csv.append(TIME.format(START.plusNanos(atNanos / 100 * 100)))
                    .append(',')
                    .append(tokens(random, 1_200, 1.1))
                    .append(',')
                    .append(tokens(random, 180, 0.9))
                    .append('\n');
        }
        return csv.toString();
    }

    /** Log-normal, near enough; in StrictMath, which gives the same everywhere. */
    private static long tokens(SplittableRandom random, double median, double spread) {
        double normal = -6;
        for (int i = 0; i < 12; i++) {
            normal += random.nextDouble();
        }
        return Math.max(1, (long) (median * StrictMath.exp(spread * normal)));
    }
}
