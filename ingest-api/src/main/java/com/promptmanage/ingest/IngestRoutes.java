package com.promptmanage.ingest;

import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.cloudevents.EventRoutes;
import com.promptmanage.ingest.gateway.Gateway;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.ingest.ignored.IgnoredRoutes;
import com.promptmanage.ingest.ignored.IgnoredUsage;
import com.promptmanage.ingest.langfuse.LangfuseRoutes;
import com.promptmanage.ingest.litellm.LiteLlmRoutes;
import com.promptmanage.ingest.litellm.SpendUsageRoutes;
import com.promptmanage.ingest.log.LogRoutes;
import com.promptmanage.ingest.mapping.KeyAttributeRoutes;
import com.promptmanage.ingest.mapping.KeyAttributes;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.otlp.OtlpRoutes;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.PublishSettings.Load;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.operations.Check;
import com.promptmanage.service.secret.SecretBox;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every way in for events, and what stands behind them. */
public final class IngestRoutes implements Routes, AutoCloseable {

    /** What describes these routes, for {@code OpenApi}. */
    public static final String OPEN_API = "openapi/ingest-api.yaml";

    private final EventPublisher publisher;

    private final EventPublisher gatewayPublisher;

    private final IgnoredUsage ignored;

    private final Gateway gateway;

    private final List<Routes> parts;

    public IngestRoutes(
            IngestSettings settings,
            GatewaySettings gatewaySettings,
            Access access,
            Database database,
            SecretBox secrets,
            MeterRegistry registry,
            Clock clock) {
        Authentication authentication = access.authentication();
        Function<Context, Caller> callers = ctx -> callerOf(ctx, authentication);
        this.publisher = new EventPublisher(settings.publish(), Load.BATCHES, registry);
        this.gatewayPublisher = new EventPublisher(settings.publish(), Load.LONE_EVENTS, registry);
        var admission = new Admission(callers, settings.admission(), System::nanoTime, registry);
        var meters = new UsageMeters(registry);
        this.ignored = new IgnoredUsage(database, registry, clock);
        var keys = new KeyAttributes(database, clock);
        this.gateway = new Gateway(
                gatewaySettings,
                new Gateway.Ground(
                        admission,
                        settings.otlp().bodyBytesMax(),
                        callers,
                        authentication::actor,
                        access.keys(),
                        gatewayPublisher,
                        database,
                        secrets,
                        meters,
                        registry,
                        clock));
        this.parts = List.of(
                new LogRoutes(admission, publisher, meters, clock),
                new EventRoutes(admission, publisher, meters, clock),
                new OtlpRoutes(admission, publisher, meters, ignored, settings.otlp(), keys, database, clock),
                new LangfuseRoutes(admission, callers, database, publisher, meters, ignored, clock),
                new LiteLlmRoutes(
                        admission, publisher, meters, ignored, settings.otlp().bodyBytesMax(), clock),
                new SpendUsageRoutes(admission, publisher, meters, clock),
                new IgnoredRoutes(callers, ignored, clock),
                new KeyAttributeRoutes(callers, authentication::actor, keys),
                gateway);
    }

    /** From now on the gateway asks there whether a call may be paid for: for whoever knows the address only now. */
    public void askBudgetsAt(GatewaySettings.Budgets where) {
        gateway.askBudgetsAt(where);
    }

    /** SDKs that send to these addresses know no other way to show a key. */
    private static Caller callerOf(Context ctx, Authentication authentication) {
        String path = ctx.path();
        if (path.startsWith("/api/public/")) {
            return authentication.callerAlsoByBasic(ctx);
        }
        return path.startsWith(Gateway.PATH)
                ? authentication.callerAlsoBy(ctx, Gateway.keyHeader(path))
                : authentication.caller(ctx);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        parts.forEach(part -> part.addTo(routes));
    }

    /** What ingest needs to be ready, by name. */
    public Map<String, Check> checks() {
        return Map.of("kafka", publisher.check());
    }

    @Override
    public void close() {
        gateway.close();
        ignored.close();
        gatewayPublisher.close();
        publisher.close();
    }
}
