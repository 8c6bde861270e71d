package com.promptmanage.local.replay;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The requests that an LLM service received: when, and how many tokens went in and came out. Read from CSV with the
 * columns {@code TIMESTAMP} (UTC, or with an offset), {@code ContextTokens} and {@code GeneratedTokens}; others are
 * passed over. Takes 24 bytes of memory a request.
 */
public final class Trace {

    private static final String TIMESTAMP = "TIMESTAMP";

    private static final String CONTEXT_TOKENS = "ContextTokens";

    private static final String GENERATED_TOKENS = "GeneratedTokens";

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .toFormatter();

    private final String name;

    private final String fingerprint;

    private final long[] epochNanos;

    private final long[] contextTokens;

    private final long[] generatedTokens;

    /**
     * One request.
     *
     * @param number counted from 0, in the order of the file
     */
    public record Request(int number, Instant at, long contextTokens, long generatedTokens) {}

    private Trace(Reading reading, String name, String fingerprint) {
        this.name = name;
        this.fingerprint = fingerprint;
        this.epochNanos = Arrays.copyOf(reading.epochNanos, reading.size);
        this.contextTokens = Arrays.copyOf(reading.contextTokens, reading.size);
        this.generatedTokens = Arrays.copyOf(reading.generatedTokens, reading.size);
    }

    /**
     * A file, packed by gzip if it ends so.
     *
     * @throws BadTraceException if it is not such a trace, with the line and what is wrong
     */
    public static Trace read(Path file) throws IOException {
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
            return read(file.getFileName().toString(), bytes);
        }
    }

    /** @param name what messages call it; packed by gzip if it ends in {@code .gz} */
    public static Trace read(String name, InputStream bytes) throws IOException {
        InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
        var digest = new DigestInputStream(plain, sha256());
        var reading = new Reading(name);
        reading.read(new BufferedReader(new InputStreamReader(digest, StandardCharsets.UTF_8)));
        return new Trace(
                reading,
                name,
                HexFormat.of().formatHex(digest.getMessageDigest().digest(), 0, 6));
    }

    public String name() {
        return name;
    }

    /** The same for the same content, whatever the file is called. */
    public String fingerprint() {
        return fingerprint;
    }

    public int size() {
        return epochNanos.length;
    }

    public Request request(int number) {
        return new Request(number, instant(epochNanos[number]), contextTokens[number], generatedTokens[number]);
    }

    /** The first request's time, wherever it stands in the file. */
    public Instant start() {
        return instant(Arrays.stream(epochNanos).min().orElseThrow());
    }

    /** The last request's time, wherever it stands in the file. */
    public Instant end() {
        return instant(Arrays.stream(epochNanos).max().orElseThrow());
    }

    public long contextTokens() {
        return Arrays.stream(contextTokens).sum();
    }

    public long generatedTokens() {
        return Arrays.stream(generatedTokens).sum();
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A file half read. */
    private static final class Reading {

        private final String name;

        private long[] epochNanos = new long[1024];

        private long[] contextTokens = new long[1024];

        private long[] generatedTokens = new long[1024];

        private int size;

        private int line;

        private Reading(String name) {
            this.name = name;
        }

        private void read(BufferedReader lines) throws IOException {
            String header = lines.readLine();
            line = 1;
            List<String> columns =
                    header == null ? List.of() : Arrays.asList(header.strip().split(",", -1));
            int time = column(columns, TIMESTAMP);
            int context = column(columns, CONTEXT_TOKENS);
            int generated = column(columns, GENERATED_TOKENS);
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                line++;
                if (!text.isBlank()) {
                    String[] cells = text.strip().split(",", -1);
                    if (cells.length != columns.size()) {
                        throw bad("has %d columns, the header %d".formatted(cells.length, columns.size()));
                    }
                    add(nanos(cells[time]), tokens(cells[context]), tokens(cells[generated]));
                }
            }
            if (size == 0) {
                throw bad("is the last, and there was no request");
            }
        }

        private void add(long nanos, long context, long generated) {
            if (size == epochNanos.length) {
                epochNanos = Arrays.copyOf(epochNanos, size * 2);
                contextTokens = Arrays.copyOf(contextTokens, size * 2);
                generatedTokens = Arrays.copyOf(generatedTokens, size * 2);
            }
            epochNanos[size] = nanos;
            contextTokens[size] = context;
            generatedTokens[size] = generated;
            size++;
        }

        private int column(List<String> columns, String column) {
            int index = columns.indexOf(column);
            if (index < 0) {
                throw bad("lacks the column %s: it must name %s, %s and %s, in any order"
                        .formatted(column, TIMESTAMP, CONTEXT_TOKENS, GENERATED_TOKENS));
            }
            return index;
        }

        private long nanos(String text) {
            try {
                TemporalAccessor time = TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
                Instant instant = time instanceof OffsetDateTime withOffset
                        ? withOffset.toInstant()
                        : LocalDateTime.from(time).toInstant(ZoneOffset.UTC);
                return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
            } catch (DateTimeException | ArithmeticException e) {
                throw bad("has '%s' for a time: write it as 2023-11-16 18:15:46.6805900, in UTC".formatted(text));
            }
        }

        private long tokens(String text) {
            try {
                long tokens = Long.parseLong(text);
                if (tokens >= 0) {
                    return tokens;
                }
            } catch (NumberFormatException e) {
                // Told below, as a negative number is.
            }
            throw bad("has '%s' for a number of tokens: write an integer from 0".formatted(text));
        }

        private BadTraceException bad(String problem) {
            return new BadTraceException("%s: line %d %s".formatted(name, line, problem));
        }
    }
}
