package com.promptmanage.streams.meter;

/** The names of the meter's stores, which are the names of their changelogs too. */
public final class MeterStores {

    /** Rows, definitions, and all else that one transaction must change together. */
    public static final String LEDGER = "ledger";

    /** The ids of events that were counted. */
    public static final String EVENT_IDS = "event-ids";

    private MeterStores() {}
}
