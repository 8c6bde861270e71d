package com.promptmanage.service.outbox;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CountDownLatch;

/** {@code JDBC_URL BOOTSTRAP_SERVERS}: a relay in a process of its own, to be killed. */
final class RelayMain {

    static final String READY = "relaying";

    private RelayMain() {}

    public static void main(String... args) throws InterruptedException {
        Database database = Database.open(MigratedDatabase.settings(args[0]));
        OutboxRelay relay = OutboxRelay.start(database, args[1], new SimpleMeterRegistry());
        Runtime.getRuntime().addShutdownHook(new Thread(relay::close));
        System.out.println(READY);
        new CountDownLatch(1).await();
    }
}
