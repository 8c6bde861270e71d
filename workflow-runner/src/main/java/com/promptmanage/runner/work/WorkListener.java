package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.Runs;
import com.promptmanage.service.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears from the database that an execution has begun, also if another process began it. Has a connection of its own. */
final class WorkListener implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(WorkListener.class);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(2);

    private static final int LISTEN_MS = 500;

    private final Database database;

    private final WorkSignal signal;

    private final Thread thread;

    private volatile boolean closed;

    WorkListener(Database database, WorkSignal signal) {
        this.database = database;
        this.signal = signal;
        this.thread = Thread.ofPlatform().name("workflow-listen").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            try (Connection connection = database.connect();
                    var statement = connection.createStatement()) {
                statement.execute("LISTEN " + Runs.CHANNEL);
                while (!closed) {
                    var heard = connection.unwrap(PGConnection.class).getNotifications(LISTEN_MS);
                    if (heard != null && heard.length > 0) {
                        signal.give();
                    }
                }
            } catch (SQLException | RuntimeException | StackOverflowError | LinkageError e) {
                // Hints are late meanwhile, and nothing is lost.
                LOGGER.atDebug().setCause(e).log("cannot listen for now");
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
