package com.promptmanage.runner.model;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.model.ModelSettings.Simulate;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.account.Account;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds who answers for a model: by the provider that a node names, or else by the model's name. An account's own credential
 * comes before the operator's key. A credential of the kind {@code openai_compatible} is a provider of its own, under the
 * credential's address.
 */
public final class Models {

    /** The credential of everybody else who speaks like OpenAI. */
    public static final String COMPATIBLE = "openai_compatible";

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,199}");

    private final ModelSettings settings;

    private final SecretValues secrets;

    private final Outbound guarded;

    private final Outbound trusted;

    private final TokenCounter counter;

    private final SimulatedModel simulated;

    private final ListPrices prices = new ListPrices();

    private final Clock clock;

    /**
     * @param guarded for addresses that tenants give
     * @param trusted for those that the operator gives, which may lead inside
     */
    public Models(
            ModelSettings settings,
            SecretValues secrets,
            Outbound guarded,
            Outbound trusted,
            TokenCounter counter,
            Clock clock) {
        this.settings = settings;
        this.secrets = secrets;
        this.guarded = guarded;
        this.trusted = trusted;
        this.counter = counter;
        this.simulated = new SimulatedModel(counter, settings.simulatedLatency(), clock);
        this.clock = clock;
    }

    /** Somebody, or the reason why there is nobody. */
    public sealed interface Found {

        record Model(LanguageModel model) implements Found {}

        record Nobody(Failure failure) implements Found {}
    }

    /** @param provider as the node names it; null to let the model's name decide */
    public Found find(Account account, String model, @Nullable String provider) {
        if (!MODEL.matcher(model).matches() || model.contains("..")) {
            return nobody(Failure.Kind.VALIDATION, "'%s' is not the name of a model".formatted(shortened(model)));
        }
        if (SimulatedModel.PROVIDER.equals(provider)
                || model.startsWith(SimulatedModel.PROVIDER)
                || settings.simulate() == Simulate.ALWAYS) {
            return new Found.Model(simulated);
        }
        if (COMPATIBLE.equals(provider)) {
            return compatible(account);
        }
        Optional<Dialect> dialect = provider == null ? Optional.of(byName(model)) : byProvider(provider);
        if (dialect.isEmpty()) {
            return nobody(
                    Failure.Kind.VALIDATION,
                    "the provider '%s' is not known: use openai, anthropic, google, %s or simulated"
                            .formatted(shortened(String.valueOf(provider)), COMPATIBLE));
        }
        if (dialect.get() == Dialect.GEMINI && model.contains("/")) {
            return nobody(Failure.Kind.VALIDATION, "a model of Gemini is named without a slash");
        }
        return at(account, dialect.get());
    }

    private Found at(Account account, Dialect dialect) {
        Optional<Map<String, String>> own = secrets.ofKind(account, dialect.provider());
        if (own.isPresent()) {
            return remote(dialect, own.get(), dialect.baseUrl().toString());
        }
        @Nullable Endpoint shared = settings.endpoints().get(dialect);
        // An address of the operator's own may need no key.
        if (shared != null && (!shared.apiKey().isEmpty() || shared.isTrusted())) {
            return new Found.Model(
                    new RemoteModel(dialect, shared, shared.isTrusted() ? trusted : guarded, counter, clock));
        }
        if (settings.simulate() == Simulate.WITHOUT_KEY) {
            return new Found.Model(simulated);
        }
        return nobody(
                Failure.Kind.AUTH,
                "there is no key for %s: add a credential of the kind '%s', or ask the operator for one"
                        .formatted(dialect.title(), dialect.provider()));
    }

    private Found compatible(Account account) {
        return secrets.ofKind(account, COMPATIBLE)
                .map(own -> remote(Dialect.OPEN_AI, own, ""))
                .orElseGet(() -> nobody(
                        Failure.Kind.AUTH,
                        "there is no credential of the kind '%s': add one with baseUrl and apiKey"
                                .formatted(COMPATIBLE)));
    }

    private Found remote(Dialect dialect, Map<String, String> credential, String otherwise) {
        String baseUrl = credential.getOrDefault("baseUrl", otherwise).strip().replaceFirst("/+$", "");
        try {
            if (baseUrl.isEmpty()) {
                return nobody(Failure.Kind.AUTH, "the credential for %s has no baseUrl".formatted(dialect.title()));
            }
            var endpoint = new Endpoint(new URI(baseUrl), credential.getOrDefault("apiKey", ""), false);
            return new Found.Model(new RemoteModel(dialect, endpoint, guarded, counter, clock));
        } catch (URISyntaxException e) {
            return nobody(
                    Failure.Kind.AUTH, "the baseUrl of the credential for %s is not a URL".formatted(dialect.title()));
        }
    }

    private Dialect byName(String model) {
        Optional<Dialect> listed = prices.providerOf(model).flatMap(Models::byProvider);
        if (listed.isPresent()) {
            return listed.get();
        }
        if (model.startsWith("claude")) {
            return Dialect.ANTHROPIC;
        }
        return model.startsWith("gemini") || model.startsWith("gemma") ? Dialect.GEMINI : Dialect.OPEN_AI;
    }

    private static Optional<Dialect> byProvider(String provider) {
        return switch (provider) {
            case "openai" -> Optional.of(Dialect.OPEN_AI);
            case "anthropic" -> Optional.of(Dialect.ANTHROPIC);
            case "google", "gemini" -> Optional.of(Dialect.GEMINI);
            default -> Optional.empty();
        };
    }

    private static Found nobody(Failure.Kind kind, String message) {
        return new Found.Nobody(new Failure(kind, message));
    }

    private static String shortened(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }
}
