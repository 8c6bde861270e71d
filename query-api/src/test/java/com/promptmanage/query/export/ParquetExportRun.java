package com.promptmanage.query.export;

import com.promptmanage.query.history.UsageEntry;
import com.promptmanage.topics.usage.TokenCounts;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Random;

/**
 * Writes rows by hand, to see what memory it takes:
 * {@code java -Xmx512m -cp … com.promptmanage.query.export.ParquetExportRun 10000000}.
 */
final class ParquetExportRun {

    private ParquetExportRun() {}

    public static void main(String[] arguments) throws Exception {
        long rows = Long.parseLong(arguments[0]);
        var random = new Random(1);
        long begun = System.nanoTime();
        var bytes = new long[1];
        var file = new ParquetExport(new OutputStream() {
            @Override
            public void write(int one) {
                bytes[0]++;
            }

            @Override
            public void write(byte[] some, int from, int length) {
                bytes[0] += length;
            }
        });
        long most = 0;
        for (long row = 0; row < rows; row++) {
            file.write(entry(row, random));
            if (row % 100_000 == 0) {
                most = Math.max(most, used());
            }
        }
        file.end();
        System.out.printf(
                "%,d rows, %,d bytes, %.1f s, at most %,d MiB of %,d MiB heap seen in use%n",
                rows,
                bytes[0],
                (System.nanoTime() - begun) / 1e9,
                most >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static UsageEntry entry(long row, Random random) {
        return new UsageEntry(
                row,
                Instant.ofEpochMilli(1_780_000_000_000L - row * 37),
                "event-%016x".formatted(random.nextLong()),
                "urn:app:" + row % 7,
                "team:acme",
                "user-" + random.nextInt(200),
                "acme",
                "model-" + random.nextInt(12),
                "provider-" + random.nextInt(4),
                "prompt_run",
                "prompt-" + random.nextInt(5_000),
                "run-%016x".formatted(random.nextLong()),
                null,
                null,
                null,
                "key-" + random.nextInt(20),
                null,
                null,
                (long) random.nextInt(30_000),
                "{\"env\": \"prod\", \"feature\": \"%d\"}".formatted(random.nextInt(50)),
                TokenCounts.ofInputOutput(random.nextInt(20_000), random.nextInt(2_000)),
                random.nextLong(1_000_000_000),
                "{}",
                "price-" + random.nextInt(12));
    }
}
