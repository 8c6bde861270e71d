package com.promptmanage.runner.model;

import com.promptmanage.service.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator sets about models.
 *
 * @param endpoints of providers that every account may use; those without a key need a credential of the account
 * @param simulate when a simulated model answers in place of the one that is named
 * @param simulatedLatency of a simulated answer
 */
public record ModelSettings(Map<Dialect, Endpoint> endpoints, Simulate simulate, Duration simulatedLatency) {

    /** When a simulated model answers. A model named {@code simulated…} is simulated always. */
    public enum Simulate {
        NEVER,
        /** Where there is no key for the provider. */
        WITHOUT_KEY,
        ALWAYS
    }

    public ModelSettings {
        endpoints = Map.copyOf(endpoints);
    }

    private static final Duration SIMULATED_LATENCY = Duration.ofMillis(200);

    /** @param simulate unless {@code RUNNER_SIMULATE_MODELS} says otherwise */
    public static ModelSettings from(Settings settings, Simulate simulate) {
        Map<Dialect, Endpoint> endpoints = new EnumMap<>(Dialect.class);
        for (Dialect dialect : Dialect.values()) {
            String prefix =
                    dialect == Dialect.GEMINI ? "GOOGLE_AI" : dialect.provider().toUpperCase(Locale.ROOT);
            Optional<String> key = settings.optionalText(prefix + "_API_KEY");
            Optional<String> baseUrl = settings.optionalText(prefix + "_BASE_URL");
            if (key.isPresent() || baseUrl.isPresent()) {
                endpoints.put(
                        dialect,
                        new Endpoint(url(settings, prefix, baseUrl, dialect), key.orElse(""), baseUrl.isPresent()));
            }
        }
        return new ModelSettings(
                endpoints,
                simulate(settings, simulate),
                settings.duration("RUNNER_SIMULATED_LATENCY", SIMULATED_LATENCY, Duration.ZERO, Duration.ofMinutes(1)));
    }

    private static URI url(Settings settings, String prefix, Optional<String> baseUrl, Dialect dialect) {
        if (baseUrl.isEmpty()) {
            return dialect.baseUrl();
        }
        try {
            var url = new URI(baseUrl.get().replaceFirst("/+$", ""));
            boolean isUrl =
                    ("https".equals(url.getScheme()) || "http".equals(url.getScheme())) && url.getHost() != null;
            settings.require(isUrl, "%s%s_BASE_URL: is not an http or https URL".formatted(Settings.PREFIX, prefix));
            return isUrl ? url : dialect.baseUrl();
        } catch (URISyntaxException e) {
            settings.require(false, "%s%s_BASE_URL: is not a URL".formatted(Settings.PREFIX, prefix));
            return dialect.baseUrl();
        }
    }

    private static Simulate simulate(Settings settings, Simulate otherwise) {
        String text = settings.text(
                "RUNNER_SIMULATE_MODELS",
                otherwise.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        for (Simulate simulate : Simulate.values()) {
            if (simulate.name().equals(text.toUpperCase(Locale.ROOT).replace('-', '_'))) {
                return simulate;
            }
        }
        settings.require(
                false,
                Settings.PREFIX + "RUNNER_SIMULATE_MODELS: '%s' is not never, without-key or always".formatted(text));
        return otherwise;
    }
}
