package com.promptmanage.runner.definition;

/** How large a definition may be. Each limit is told by name when it is reached. */
public final class Limits {

    public static final int NODES_MAX = 500;

    public static final int EDGES_MAX = 2_000;

    /** The JSON of a definition, bytes. */
    public static final int DOCUMENT_BYTES_MAX = 1 << 20;

    /** Loops and data sources within each other. */
    public static final int NESTING_MAX = 5;

    public static final int ID_LENGTH_MAX = 64;

    public static final int LABEL_LENGTH_MAX = 200;

    /** A template, characters. */
    public static final int TEMPLATE_LENGTH_MAX = 100_000;

    public static final int ITERATIONS_DEFAULT = 1_000;

    public static final int ITERATIONS_MAX = 10_000;

    public static final int CONCURRENCY_MAX = 100;

    public static final int ATTEMPTS_MAX = 20;

    /** A day. */
    public static final long RETRY_DELAY_MS_MAX = 86_400_000L;

    /** 30 days. */
    public static final long DELAY_MS_MAX = 2_592_000_000L;

    /** 30 days. */
    public static final int TIMEOUT_SECONDS_MAX = 2_592_000;

    public static final int MAX_TOKENS_MAX = 1_000_000;

    public static final int RECORDS_MAX = 100_000;

    /** 30 days. */
    public static final int CACHE_SECONDS_MAX = 2_592_000;

    private Limits() {}
}
