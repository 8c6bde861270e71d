package com.promptmanage.ingest.admission;

/**
 * How much is let in.
 *
 * @param requests of one key or person
 * @param events of one key or person
 * @param bodyBytesMax of one request, after inflation
 * @param memoryBytes of all requests that are being worked on: their bodies, and their events until the broker has them
 */
public record AdmissionSettings(Rate requests, Rate events, long bodyBytesMax, long memoryBytes) {

    /** A body is held twice for the moment in which it is put together, and one eighth is kept for small requests. */
    public static final int MEMORY_PER_BODY = 3;

    /** Far above what an application sends that is not in a loop by mistake. */
    public static final AdmissionSettings DEFAULT =
            new AdmissionSettings(new Rate(5_000, 20_000), new Rate(20_000, 100_000), 16L << 20, 256L << 20);

    /**
     * How many may come.
     *
     * @param perSecond in the long run
     * @param burst after a rest
     */
    public record Rate(int perSecond, int burst) {}
}
