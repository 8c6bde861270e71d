package com.promptmanage.runner;

import com.promptmanage.runner.simulation.Simulation;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.operations.HealthRoutes;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The workflow runner as a process of its own. It runs no workflow yet: it can pretend to, for demonstrations. */
public final class RunnerMain {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunnerMain.class);

    private static final int PORT = 8082;

    private static final Duration STOP_MAX = Duration.ofSeconds(20);

    private RunnerMain() {}

    public static void main(String... args) throws InterruptedException {
        var environment = Settings.ofEnvironment();
        RunnerSettings settings = RunnerSettings.from(environment);
        String host = environment.text("HTTP_HOST", "0.0.0.0");
        int port = environment.port("HTTP_PORT", PORT);
        try {
            LOGGER.atInfo().addKeyValue("given", environment.check()).log("the settings are read");
        } catch (BadSettingsException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        serve(settings, HttpServer.Options.onPort(port).withHost(host));
    }

    private static void serve(RunnerSettings settings, HttpServer.Options options) throws InterruptedException {
        var stopping = new CountDownLatch(1);
        Thread running = Thread.currentThread();
        try (var meters = new Meters();
                var server = HttpServer.start(options, List.of(meters, new HealthRoutes(Map.of())))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopping, running), "stop"));
            LOGGER.atInfo().addKeyValue("port", server.port()).log("the workflow runner is running");
            if (settings.simulatedTeam().isPresent()) {
                simulate(settings, settings.simulatedTeam().get(), stopping);
            } else {
                stopping.await();
            }
        }
    }

    private static void simulate(RunnerSettings settings, Simulation.Team team, CountDownLatch stopping)
            throws InterruptedException {
        LOGGER.atInfo().addKeyValue("team", team.teamId()).log("makes up executions, marked as simulated");
        try (var simulation =
                Simulation.start(settings.bootstrapServers(), team, settings.simulationPause(), Clock.systemUTC())) {
            stopping.await();
            LOGGER.atDebug().addKeyValue("simulation", simulation).log("ends");
        }
    }

    /** The process ends when this returns, so it waits for everything to be closed. */
    private static void stop(CountDownLatch stopping, Thread running) {
        stopping.countDown();
        try {
            running.join(STOP_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
