package com.promptmanage.testkit;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** {@code DIRECTORY [PORT]}: a broker in a process of its own, for tests that kill or freeze it. */
public final class KafkaBrokerMain {

    /** What it prints when clients may come, followed by the bootstrap servers. */
    public static final String READY = "kafka is ready at ";

    private KafkaBrokerMain() {}

    public static void main(String... args) throws InterruptedException {
        var options = args.length > 1
                ? EmbeddedKafka.Options.DEFAULT.withPort(Integer.parseInt(args[1]))
                : EmbeddedKafka.Options.DEFAULT;
        EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(args[0]), options);
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "stop-kafka"));
        System.out.println(READY + kafka.bootstrapServers());
        new CountDownLatch(1).await();
    }
}
