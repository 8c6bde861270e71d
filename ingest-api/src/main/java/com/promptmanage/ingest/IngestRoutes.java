package com.promptmanage.ingest;

import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.cloudevents.EventRoutes;
import com.promptmanage.ingest.log.LogRoutes;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.operations.Check;
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

    private final List<Routes> parts;

    /** @param callers finds out who sends a request, and ends it with 401 if that cannot be found out */
    public IngestRoutes(
            IngestSettings settings, Function<Context, Caller> callers, MeterRegistry registry, Clock clock) {
        this.publisher = new EventPublisher(settings.publish(), registry);
        var admission = new Admission(callers, settings.admission(), System::nanoTime, registry);
        var meters = new UsageMeters(registry);
        this.parts = List.of(
                new LogRoutes(admission, publisher, meters, clock),
                new EventRoutes(admission, publisher, meters, clock));
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
        publisher.close();
    }
}
