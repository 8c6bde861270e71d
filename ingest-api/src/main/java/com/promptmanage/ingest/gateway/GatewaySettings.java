package com.promptmanage.ingest.gateway;

import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator sets for the gateway.
 *
 * @param addresses what stands behind {@code /gateway/<provider>}, without a slash at its end
 * @param outbound how providers are called: which addresses may be reached, how long a call may take, how large an answer may
 *     be, how many calls there may be at once
 * @param memoryBytes what the bodies of all calls that are under way may take; each is held until its answer has ended
 * @param budgets where to ask whether a call may be paid for; empty if nobody is asked
 */
public record GatewaySettings(
        Map<Provider, URI> addresses, OutboundSettings outbound, long memoryBytes, Optional<Budgets> budgets) {

    private static final Duration CALL_MAX = Duration.ofMinutes(10);

    private static final int REQUEST_BYTES_MAX = 256 << 20;

    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private static final int CALLS_MAX = 1_000;

    private static final long MEMORY_BYTES = 256L << 20;

    /** A quarter of all connections may lead to one host. */
    private static final int HOSTS = 4;

    /**
     * The query API.
     *
     * @param apiKey that may speak for every account; without it the process makes one of its own, in the database that both share
     */
    public record Budgets(URI query, Optional<String> apiKey) {

        @Override
        public String toString() {
            return "Budgets[" + query + "]";
        }
    }

    public GatewaySettings {
        addresses = Map.copyOf(addresses);
    }

    /** The providers themselves; no budgets. */
    public static final GatewaySettings DEFAULTS = from(new Settings(Settings.PREFIX, Map.of()));

    public static GatewaySettings from(Settings settings) {
        var addresses = new EnumMap<Provider, URI>(Provider.class);
        for (Provider provider : Provider.values()) {
            String name = "GATEWAY_%s_URL".formatted(provider.name());
            addresses.put(provider, url(settings, name).orElse(provider.address()));
        }
        OutboundSettings usual = OutboundSettings.from(settings);
        var outbound = new OutboundSettings(
                usual.allowed(),
                usual.connectMax(),
                settings.duration("GATEWAY_TIMEOUT", CALL_MAX, Duration.ofSeconds(1), Duration.ofHours(2)),
                REQUEST_BYTES_MAX,
                (int) settings.sizeBytes("GATEWAY_ANSWER_MAX", ANSWER_BYTES_MAX, 1 << 10, 1 << 30),
                HOSTS * settings.integer("GATEWAY_CALLS_MAX", CALLS_MAX, 1, 20_000));
        Optional<URI> query = url(settings, "QUERY_URL");
        Optional<String> apiKey = settings.optionalText("QUERY_API_KEY");
        settings.require(
                query.isPresent() || apiKey.isEmpty(),
                "PM_QUERY_API_KEY is for PM_QUERY_URL: set that too, or neither for a gateway that checks no budgets");
        return new GatewaySettings(
                addresses,
                outbound,
                settings.sizeBytes("GATEWAY_MEMORY", MEMORY_BYTES, 1L << 20, 64L << 30),
                query.map(where -> new Budgets(where, apiKey)));
    }

    URI address(Provider provider) {
        return addresses.getOrDefault(provider, provider.address());
    }

    private static Optional<URI> url(Settings settings, String name) {
        return settings.optionalText(name).flatMap(text -> {
            try {
                var url = new URI(text.replaceFirst("/+$", ""));
                String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
                if ((scheme.equals("https") || scheme.equals("http")) && url.getHost() != null) {
                    return Optional.of(url);
                }
            } catch (URISyntaxException e) {
                // Told below, with all else that is none.
            }
            settings.require(false, "%s%s: is not an http or https URL".formatted(Settings.PREFIX, name));
            return Optional.empty();
        });
    }
}
