package com.promptmanage.service.process;

import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a process begins. */
public final class Startup {

    private static final Logger LOGGER = LoggerFactory.getLogger(Startup.class);

    private static final int BAD_SETTINGS = 1;

    private Startup() {}

    /** UTC, as finely as PostgreSQL keeps it: what is answered to a change is what is read later. */
    public static Clock clock() {
        return Clock.tick(Clock.systemUTC(), Duration.of(1, ChronoUnit.MICROS));
    }

    /**
     * What the operator has set for this process. If something is wrong with it, all of that is told on the error stream, and
     * nothing of the program's insides, and the process ends with status 1. So it does if this thread finds out later, when the
     * settings are used.
     */
    public static <T> T given(Function<Settings, T> read) {
        Thread.currentThread().setUncaughtExceptionHandler(Startup::tell);
        Optional<T> given = read(Settings.ofEnvironment(), read, System.err);
        if (given.isEmpty()) {
            System.exit(BAD_SETTINGS);
        }
        return given.orElseThrow();
    }

    private static void tell(Thread thread, Throwable problem) {
        if (problem instanceof BadSettingsException) {
            System.err.println(problem.getMessage());
        } else {
            thread.getThreadGroup().uncaughtException(thread, problem);
        }
    }

    /** @return nothing if something is wrong, which was told then */
    static <T> Optional<T> read(Settings settings, Function<Settings, T> read, PrintStream problems) {
        T given = read.apply(settings);
        try {
            LOGGER.atInfo().addKeyValue("given", settings.check()).log("the settings are read");
            return Optional.of(given);
        } catch (BadSettingsException e) {
            problems.println(e.getMessage());
            return Optional.empty();
        }
    }
}
