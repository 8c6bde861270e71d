package com.promptmanage.service.operations;

import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;

/**
 * The meters of one process, and {@code /metrics}, where Prometheus reads them. Each request is measured by method,
 * route (as written, so ids do not become labels) and status.
 */
public final class Meters implements Routes, AutoCloseable {

    private static final String STARTED = "promptmanage.startedNanos";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    public Meters() {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
    }

    public MeterRegistry registry() {
        return registry;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.before(ctx -> ctx.attribute(STARTED, System.nanoTime()));
        routes.after(this::measure);
        routes.get("/metrics", ctx -> ctx.result(registry.scrape()).contentType("text/plain; version=0.0.4"));
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }

    private void measure(Context ctx) {
        Long started = ctx.attribute(STARTED);
        var route = ctx.endpoints().lastHttpEndpoint();
        if (started != null) {
            Timer.builder("http.server.requests")
                    .description("Requests, from their arrival to the end of their handler")
                    .tag("method", ctx.method().isHttpMethod() ? ctx.req().getMethod() : "other")
                    .tag("route", route == null ? "none" : route.path)
                    .tag("status", Integer.toString(ctx.statusCode()))
                    .publishPercentileHistogram()
                    .minimumExpectedValue(Duration.ofMillis(1))
                    .maximumExpectedValue(Duration.ofSeconds(10))
                    .register(registry)
                    .record(Duration.ofNanos(System.nanoTime() - started));
        }
    }
}
