package com.promptmanage.runner.fault;

import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Script;
import com.promptmanage.service.outbox.OutboxRelay;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** {@code JDBC_URL BOOTSTRAP_SERVERS LEASE_MS}: workers in a process of their own, to be killed and frozen. */
public final class WorkerProcess {

    /** What it prints when it works. */
    static final String READY = "works";

    /** The node that never ends here. */
    static final String HANGING = "hang";

    private WorkerProcess() {}

    public static void main(String... args) throws InterruptedException {
        String jdbcUrl = args[0];
        try (var engine = new RunningEngine(jdbcUrl, Duration.ofMillis(Long.parseLong(args[2])));
                var relay = OutboxRelay.start(engine.database(), args[1], new SimpleMeterRegistry())) {
            Shapes.teach(engine.script(), (asked, question) -> call(jdbcUrl, question));
            engine.script().when(HANGING, asked -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IllegalStateException("it was to hang until the process is killed");
            });
            System.out.println(READY);
            new CountDownLatch(1).await();
            System.out.println(relay.isAlive());
        }
    }

    /** The model of this test: it writes down each call that reaches it, in a transaction of its own. */
    private static CallResult call(String jdbcUrl, String question) {
        try (var connection = DriverManager.getConnection(jdbcUrl);
                var statement = connection.prepareStatement("INSERT INTO model_calls (question) VALUES (?)")) {
            statement.setString(1, question);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Script.answered("answer to " + question);
    }
}
