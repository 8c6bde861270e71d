package com.promptmanage.service.process;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.DatabaseUnavailableException;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.operations.HealthRoutes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a process waits for what it cannot begin without. Its port is open meanwhile: {@code /health/ready} names what is
 * missing, and everything but health is answered 503, so that nobody takes a process that has not begun for one that
 * does not know an address.
 */
public final class Waiting {

    private static final Logger LOGGER = LoggerFactory.getLogger(Waiting.class);

    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final HttpServer.Options port;

    private final CountDownLatch stopping;

    /**
     * @param server of the process, of which only the port is used
     * @param stopping at zero when the process is told to stop
     */
    public Waiting(HttpServer.Options server, CountDownLatch stopping) {
        this.port = HttpServer.Options.onPort(server.port()).withHost(server.host());
        this.stopping = stopping;
    }

    /** What may not be there yet. */
    @FunctionalInterface
    public interface Attempt<T> {

        /** @return nothing if it is not there yet */
        Optional<T> make() throws InterruptedException;
    }

    /**
     * Opens the database as soon as it answers. What cannot pass by itself, such as a wrong or missing
     * password, is thrown.
     *
     * @return nothing if the process was told to stop before
     */
    public Optional<Database> database(DatabaseSettings settings) throws InterruptedException {
        return until("database", "the database does not answer", () -> open(settings));
    }

    /**
     * Tries until it succeeds. The port is free again when this returns.
     *
     * @param name of the check at {@code /health/ready}
     * @param missing what it says there
     * @return nothing if the process was told to stop before
     */
    public <T> Optional<T> until(String name, String missing, Attempt<T> attempt) throws InterruptedException {
        Optional<T> there = attempt.make();
        if (there.isPresent()) {
            return there;
        }
        try (var server = HttpServer.start(port, routes(name, missing))) {
            LOGGER.atWarn()
                    .addKeyValue("port", server.port())
                    .addKeyValue("missing", missing)
                    .log("the process waits");
            while (there.isEmpty() && !stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                there = attempt.make();
            }
            return there;
        }
    }

    private static List<Routes> routes(String name, String missing) {
        Routes nothingElse = routes -> routes.before(ctx -> {
            if (!ctx.path().startsWith("/health/")) {
                throw ProblemException.unavailable("This process has not begun yet: " + missing + ".", PAUSE);
            }
        });
        return List.of(nothingElse, new HealthRoutes(Map.of(name, () -> Optional.of(missing))));
    }

    private static Optional<Database> open(DatabaseSettings settings) {
        try {
            return Optional.of(Database.open(settings));
        } catch (DatabaseUnavailableException e) {
            LOGGER.atWarn().addKeyValue("cause", String.valueOf(e.getCause())).log("the database is not there yet");
            return Optional.empty();
        }
    }
}
