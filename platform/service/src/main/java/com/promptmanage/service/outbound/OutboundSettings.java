package com.promptmanage.service.outbound;

import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.List;

/**
 * @param allowed addresses that calls may reach although they are not of the public internet
 * @param connectMax for finding an address, and again for connecting to each, and for agreeing on encryption
 * @param callMax for a whole call that does not ask for another time
 * @param requestBytesMax of a request's body
 * @param responseBytesMax of a response's body, for a call that does not ask for another size
 * @param connectionsMax at the same time, to all hosts together; to one host a quarter of it
 */
public record OutboundSettings(
        List<AddressRange> allowed,
        Duration connectMax,
        Duration callMax,
        int requestBytesMax,
        int responseBytesMax,
        int connectionsMax) {

    /** Nothing but the public internet. */
    public static final OutboundSettings DEFAULTS =
            new OutboundSettings(List.of(), Duration.ofSeconds(5), Duration.ofSeconds(30), 10 << 20, 10 << 20, 400);

    public OutboundSettings {
        allowed = List.copyOf(allowed);
    }

    public static OutboundSettings from(Settings settings) {
        return new OutboundSettings(
                AddressRange.listFrom(settings, "OUTBOUND_ALLOWED_RANGES"),
                settings.duration(
                        "OUTBOUND_CONNECT_TIMEOUT",
                        DEFAULTS.connectMax(),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(1)),
                settings.duration(
                        "OUTBOUND_TIMEOUT", DEFAULTS.callMax(), Duration.ofMillis(100), Duration.ofMinutes(30)),
                (int) settings.sizeBytes("OUTBOUND_REQUEST_MAX", DEFAULTS.requestBytesMax(), 1 << 10, 1 << 30),
                (int) settings.sizeBytes("OUTBOUND_RESPONSE_MAX", DEFAULTS.responseBytesMax(), 1 << 10, 1 << 30),
                settings.integer("OUTBOUND_CONNECTIONS", DEFAULTS.connectionsMax(), 4, 10_000));
    }

    /** For addresses that the operator gives, which may lead inside. */
    public OutboundSettings anywhere() {
        return withAllowed(List.of(AddressRange.of("0.0.0.0/0"), AddressRange.of("::/0")));
    }

    /** With these ranges in place of those that are allowed. */
    public OutboundSettings withAllowed(List<AddressRange> other) {
        return new OutboundSettings(other, connectMax, callMax, requestBytesMax, responseBytesMax, connectionsMax);
    }
}
