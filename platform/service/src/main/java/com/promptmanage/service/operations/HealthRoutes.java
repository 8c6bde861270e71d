package com.promptmanage.service.operations;

import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** {@code /health/live}: the process answers. {@code /health/ready}: it has what it needs; asked anew each time. */
public final class HealthRoutes implements Routes {

    private static final Duration CHECK_MAX = Duration.ofSeconds(3);

    private static final Executor EACH_ON_ITS_OWN =
            task -> Thread.ofVirtual().name("health-check").start(task);

    private final Map<String, Check> checks;

    record Outcome(String status, String detail) {

        static Outcome of(Optional<String> problem) {
            return problem.map(what -> new Outcome("down", what)).orElse(new Outcome("up", ""));
        }

        boolean isUp() {
            return status.equals("up");
        }
    }

    record Readiness(String status, Map<String, Outcome> checks) {}

    /** @param checks by name, such as {@code database} or {@code kafka} */
    public HealthRoutes(Map<String, Check> checks) {
        this.checks = Map.copyOf(checks);
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/health/live", ctx -> ctx.json(Map.of("status", "up")));
        routes.get("/health/ready", this::ready);
    }

    private void ready(Context ctx) {
        var running = new TreeMap<String, CompletableFuture<Outcome>>();
        checks.forEach((name, check) -> running.put(
                name,
                CompletableFuture.supplyAsync(() -> run(check), EACH_ON_ITS_OWN)
                        .completeOnTimeout(
                                new Outcome("down", "no answer within " + CHECK_MAX.toSeconds() + " s"),
                                CHECK_MAX.toMillis(),
                                TimeUnit.MILLISECONDS)));
        var outcomes = new TreeMap<String, Outcome>();
        running.forEach((name, outcome) -> outcomes.put(name, outcome.join()));
        boolean up = outcomes.values().stream().allMatch(Outcome::isUp);
        ctx.status(up ? 200 : 503).json(new Readiness(up ? "up" : "down", outcomes));
    }

    private static Outcome run(Check check) {
        try {
            return Outcome.of(check.problem());
        } catch (Exception e) {
            return new Outcome("down", e.getClass().getSimpleName());
        }
    }
}
