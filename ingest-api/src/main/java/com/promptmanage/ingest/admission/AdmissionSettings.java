package com.promptmanage.ingest.admission;

/**
 * How much is let in.
 *
 * @param eventsPerSecond of one key or person, in the long run
 * @param eventsBurst of one key or person after a rest
 * @param bodyBytesMax of one request, after inflation
 * @param memoryBytes of all requests that are being worked on
 */
public record AdmissionSettings(int eventsPerSecond, int eventsBurst, long bodyBytesMax, long memoryBytes) {

    /** Far above what an application sends that is not in a loop by mistake. */
    public static final AdmissionSettings DEFAULT = new AdmissionSettings(20_000, 100_000, 16L << 20, 256L << 20);
}
