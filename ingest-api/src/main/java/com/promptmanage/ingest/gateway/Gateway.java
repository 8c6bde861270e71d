package com.promptmanage.ingest.gateway;

import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.admission.RequestMemory;
import com.promptmanage.ingest.gateway.BudgetCheck.Verdict;
import com.promptmanage.ingest.gateway.GatewaySettings.Budgets;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Problem;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RawAnswer;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.Several;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.UnreadableSecretException;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.pricing.ListPrices;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /gateway/…}: passes calls on to providers. A caller is told what is wrong in the words of the provider that it
 * thinks it talks to.
 */
public final class Gateway implements Routes, AutoCloseable {

    /** What all its addresses begin with. */
    public static final String PATH = "/gateway/";

    private static final Logger LOGGER = LoggerFactory.getLogger(Gateway.class);

    private static final Pattern GEMINI_CALL = Pattern.compile(
            "([A-Za-z0-9._-]{1,128}):(generateContent|streamGenerateContent|embedContent|batchEmbedContents|countTokens)");

    private static final String PROVIDER_KEY = "Prompt-Manage-Provider-Key";

    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

    private static final String GEMINI_COUNT = "countTokens";

    /** Google's own SDK asks for several at once, also where it wants one. */
    private static final Set<String> GEMINI_EMBED = Set.of("embedContent", "batchEmbedContents");

    private static final String GEMINI_TAKEN =
            "Only generateContent, streamGenerateContent, embedContent, batchEmbedContents, countTokens and the models of v1, v1alpha and v1beta are passed on";

    private static final List<Target> TARGETS = List.of(
            new Target(Api.CHAT, "/v1/chat/completions"),
            new Target(Api.RESPONSES, "/v1/responses"),
            new Target(Api.EMBEDDINGS, "/v1/embeddings"),
            new Target(Api.MESSAGES, "/v1/messages"));

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Duration SEAL_AGAIN_AFTER = Duration.ofMinutes(1);

    private final GatewaySettings settings;

    private final Admission admission;

    private final RequestMemory memory;

    private final long bodyBytesMax;

    private final ApiKeys apiKeys;

    private final Database database;

    private final Clock clock;

    private final Ids ids;

    private final Outbound outbound;

    private final SafeReports reports;

    private final ProviderKeys keys;

    private final ProviderKeyRoutes keyRoutes;

    private final Passage.Means means;

    private final Reservations reservations = new Reservations(System::nanoTime);

    private final AtomicReference<@Nullable BudgetCheck> budgets = new AtomicReference<>();

    private final Thread sealing;

    /**
     * What it stands on.
     *
     * @param bodyBytesMax of one request, after inflation
     */
    public record Ground(
            Admission admission,
            long bodyBytesMax,
            Function<Context, Caller> callers,
            Function<Context, Actor> actors,
            ApiKeys apiKeys,
            EventPublisher publisher,
            Database database,
            SecretBox secrets,
            UsageMeters usageMeters,
            MeterRegistry registry,
            Clock clock) {}

    /** Where a call goes: a path behind the provider's address, and what of the call only the path tells. */
    private record Target(Api api, String path, @Nullable String model, boolean isStream) {

        Target(Api api, String path) {
            this(api, path, null, false);
        }
    }

    public Gateway(GatewaySettings settings, Ground ground) {
        this.settings = settings;
        this.admission = ground.admission();
        this.memory = new RequestMemory(settings.memoryBytes());
        this.bodyBytesMax = ground.bodyBytesMax();
        this.apiKeys = ground.apiKeys();
        this.database = ground.database();
        this.clock = ground.clock();
        this.ids = new Ids(clock);
        this.outbound = new Outbound(settings.outbound());
        this.reports = new SafeReports(ground.publisher(), database, ground.registry());
        this.keys = new ProviderKeys(database, ground.secrets(), clock);
        this.keyRoutes = new ProviderKeyRoutes(ground.callers(), ground.actors(), keys);
        this.means = new Passage.Means(
                outbound,
                settings.outbound().responseBytesMax(),
                reports,
                new TokenCounter(),
                new ListPrices(),
                ground.usageMeters(),
                new GatewayMeters(ground.registry(), memory::bytesHeld),
                clock);
        settings.budgets().ifPresent(this::askBudgetsAt);
        this.sealing = Thread.ofVirtual().name("provider-keys").start(this::sealAnew);
    }

    /** From now on the budgets are asked there before each call. */
    public void askBudgetsAt(Budgets where) {
        BudgetCheck before = budgets.getAndSet(new BudgetCheck(
                where, new ServiceKey(apiKeys, "ingest-api", clock), database, clock, reservations, means.prices()));
        if (before != null) {
            before.close();
        }
    }

    /** By which of its headers the SDKs of a provider show a key at one of our addresses. */
    public static String keyHeader(String path) {
        for (Provider provider : Provider.values()) {
            if (path.startsWith(PATH + provider.value() + "/")) {
                return provider.keyHeader();
            }
        }
        return "Authorization";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        for (Provider provider : Provider.values()) {
            List<String> taken = taken(provider);
            routes.before(PATH + provider.value() + "/*", ctx -> requireTaken(ctx, provider, taken));
        }
        routes.exception(
                NotPassedOnException.class,
                (e, ctx) -> refuse(ctx, e.provider(), 404, Kind.NOT_FOUND.code(), String.valueOf(e.getMessage())));
        TARGETS.forEach(target -> add(routes, target));
        FreeTarget.ALL.forEach(target -> add(routes, target));
        routes.post("/gateway/gemini/{version}/models/{call}", this::answerGemini, Several.OF_ANY);
        keyRoutes.addTo(routes);
    }

    @Override
    public void close() {
        sealing.interrupt();
        reports.close();
        BudgetCheck asked = budgets.get();
        if (asked != null) {
            asked.close();
        }
        outbound.close();
    }

    private void add(RoutesConfig routes, Target target) {
        routes.post(
                "/gateway/" + target.api().provider().value() + target.path(),
                ctx -> answer(ctx, target),
                Several.OF_ANY);
    }

    private void add(RoutesConfig routes, FreeTarget target) {
        String path = PATH + target.api().provider().value() + target.path();
        if (target.isPost()) {
            routes.post(path, ctx -> answerForNothing(ctx, target), Several.OF_ANY);
        } else {
            routes.get(path, ctx -> answerForNothing(ctx, target), Several.OF_ANY);
        }
    }

    /** The paths behind a provider's name; what varies in them stands in braces. */
    private static List<String> taken(Provider provider) {
        var paths = new ArrayList<String>();
        TARGETS.stream()
                .filter(target -> target.api().provider() == provider)
                .forEach(target -> paths.add(target.path()));
        FreeTarget.ALL.stream()
                .filter(target -> target.api().provider() == provider)
                .forEach(target -> paths.add(target.path()));
        return List.copyOf(paths);
    }

    private static void requireTaken(Context ctx, Provider provider, List<String> taken) {
        String asked =
                ctx.path().endsWith("/") ? ctx.path().substring(0, ctx.path().length() - 1) : ctx.path();
        String prefix = PATH + provider.value();
        String path = asked.startsWith(prefix) ? asked.substring(prefix.length()) : "";
        if (taken.stream().noneMatch(one -> FreeTarget.isOf(one, path))) {
            throw new NotPassedOnException(
                    provider,
                    provider == Provider.GEMINI
                            ? GEMINI_TAKEN
                            : "Only %s are passed on".formatted(String.join(", ", taken)));
        }
    }

    private void answerGemini(Context ctx) {
        String version = ctx.pathParam("version");
        Matcher call = GEMINI_CALL.matcher(ctx.pathParam("call"));
        if (!FreeTarget.GEMINI_VERSION.matcher(version).matches() || !call.matches()) {
            throw new NotPassedOnException(Provider.GEMINI, GEMINI_TAKEN);
        }
        String path = "/%s/models/%s".formatted(version, call.group());
        if (call.group(2).equals(GEMINI_COUNT)) {
            answer(ctx, Provider.GEMINI, admitted -> passForNothing(ctx, admitted, Api.CONTENT, path));
        } else {
            Api api = GEMINI_EMBED.contains(call.group(2)) ? Api.EMBED_CONTENT : Api.CONTENT;
            answer(ctx, new Target(api, path, call.group(1), call.group(2).startsWith("stream")));
        }
    }

    private void answer(Context ctx, Target target) {
        answer(ctx, target.api().provider(), admitted -> {
            byte[] body = admitted.body(bodyBytesMax);
            admitted.charge(1);
            GatewayRequest request = GatewayRequest.read(target.api(), body, target.model(), target.isStream());
            if (request.hidesUsage()) {
                admitted.hold((long) body.length + request.body().length);
            }
            pass(ctx, admitted.caller(), target, request);
        });
    }

    private void answerForNothing(Context ctx, FreeTarget target) {
        answer(ctx, target.api().provider(), admitted -> passForNothing(ctx, admitted, target.api(), target.path(ctx)));
    }

    private void answer(Context ctx, Provider provider, Consumer<Admission.Admitted> passing) {
        try (var admitted = admission.admit(ctx, memory)) {
            passing.accept(admitted);
        } catch (ProblemException e) {
            e.headers().forEach(ctx::header);
            refuse(ctx, provider, e.problem().status(), e.problem().code(), said(e.problem()));
        } catch (UnavailableException e) {
            ctx.header("Retry-After", Long.toString(Math.max(1, e.retryAfter().toSeconds())));
            refuse(ctx, provider, 503, Kind.UNAVAILABLE.code(), String.valueOf(e.getMessage()));
        } catch (UnreadableSecretException e) {
            LOGGER.atError().addKeyValue("cause", e.getMessage()).log("a provider's key cannot be read");
            refuse(ctx, provider, 503, Kind.UNAVAILABLE.code(), UnreadableSecretException.TOLD);
        }
    }

    /** @param api another of the same provider */
    private void passForNothing(Context ctx, Admission.Admitted admitted, Api api, String path) {
        byte[] body = admitted.body(bodyBytesMax);
        admitted.charge(1);
        Attribution call = Attribution.of(ctx, admitted.caller(), null);
        String key = key(ctx, admitted.caller(), call, api.provider());
        Call upstream = UpstreamCall.of(
                ctx,
                settings.address(api.provider()),
                path,
                body,
                api.provider().credentials(key));
        Passage.forNothing(means, ctx, GatewayRequest.forNothing(api)).run(upstream);
    }

    private void pass(Context ctx, Caller caller, Target target, GatewayRequest request) {
        Attribution call = Attribution.of(ctx, caller, request.endUser());
        String key = key(ctx, caller, call, target.api().provider());
        BudgetCheck check = budgets.get();
        Verdict verdict = check == null ? Verdict.UNASKED : check.check(request, call);
        try {
            pass(ctx, target, request, call, key, verdict);
        } finally {
            // What was used has been ended by then, whatever is thrown.
            verdict.reservation().release();
        }
    }

    private void pass(
            Context ctx, Target target, GatewayRequest request, Attribution call, String key, Verdict verdict) {
        verdict.headers().forEach(ctx::header);
        if (verdict.refusal().isPresent()) {
            BudgetCheck.Refusal refusal = verdict.refusal().get();
            means.meters().ended(target.api(), refusal.outcome());
            throw refusal.problem();
        }
        if (!reports.isTaking()) {
            throw ProblemException.unavailable(
                    "What this call will use could not be put on record just now, so it is not made: try again",
                    RETRY_AFTER);
        }
        Call upstream = UpstreamCall.of(
                ctx,
                settings.address(target.api().provider()),
                target.path(),
                request.body(),
                target.api().provider().credentials(key));
        new Passage(
                        means,
                        ctx,
                        request,
                        verdict,
                        new CallRecord(
                                ids.next("call"),
                                target.api(),
                                request.model(),
                                request.serviceTier(),
                                call,
                                clock.instant()))
                .run(upstream);
    }

    /** The caller's own, or the one that its account left here; that is for API keys, and not for whoever may look around. */
    private String key(Context ctx, Caller caller, Attribution call, Provider provider) {
        String own = ctx.header(PROVIDER_KEY);
        if (own != null && !own.isBlank()) {
            if (ApiKeys.isKeyIn(own)) {
                throw ProblemException.invalid(
                        PROVIDER_KEY,
                        "holds a key of ours, which the provider does not know and must not see",
                        "Send the provider's key there, and ours where the SDK puts its own.");
            }
            if (!VISIBLE.matcher(own.strip()).matches()) {
                // What is wrong is told without repeating it.
                throw ProblemException.invalid(
                        PROVIDER_KEY,
                        "holds what is no key",
                        "Send the provider's key alone, in visible characters of ASCII.");
            }
            if (Collections.list(ctx.req().getHeaders(PROVIDER_KEY)).stream()
                    .anyMatch(another -> !another.strip().equals(own.strip()))) {
                throw ProblemException.invalid(PROVIDER_KEY, "is there with two values", "Send it once.");
            }
            return own.strip();
        }
        return switch (caller) {
            case Caller.Key key ->
                keys.find(call.payer().account(), provider, key.keyId()).orElseThrow(() -> noKey(provider));
            case Caller.Person person -> throw noKey(provider);
        };
    }

    private static ProblemException noKey(Provider provider) {
        return new ProblemException(
                Kind.UNAUTHENTICATED,
                "There is no key for %s that this API key may use: send it in 'Prompt-Manage-Provider-Key', or have it left here by PUT /api/gateway/keys/%s"
                        .formatted(provider.value(), provider.value()));
    }

    /** A provider's form has no room for a remedy but behind what is wrong. */
    private static String said(Problem problem) {
        return problem.errors().isEmpty()
                ? problem.detail()
                : "%s. %s"
                        .formatted(problem.detail(), problem.errors().getFirst().remedy());
    }

    private static void refuse(Context ctx, Provider provider, int status, String code, String message) {
        RequestBody.discard(ctx);
        RawAnswer.send(ctx, status, "application/json", provider.refusal(status, code, message));
    }

    private void sealAnew() {
        while (true) {
            try {
                keys.sealAnew();
                return;
            } catch (RuntimeException e) {
                LOGGER.atWarn().addKeyValue("cause", e.toString()).log("providers' keys are not sealed anew yet");
            }
            try {
                Thread.sleep(SEAL_AGAIN_AFTER);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
