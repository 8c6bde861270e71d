package com.promptmanage.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker and controller in this process, on loopback ports.
 *
 * <p>What was written is there again after a start in the same directory, in this process or another; the ports are
 * remembered in the directory and taken again when they are free. Topics are never created by accident: automatic
 * creation is off.
 *
 * <p>Not safe for use by several threads, except through its clients.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedKafka.class);

    private static final String PORTS_FILE = "ports";

    private static final int ATTEMPTS = 3;

    private static final int NODE_ID = 1;

    private static final Duration SESSION_MAX = Duration.ofMinutes(10);

    /** Who is starting a broker just now. */
    private static final Set<Thread> STARTING = ConcurrentHashMap.newKeySet();

    // A controller that cannot start, for whatever reason, ends the whole process at once, with all that it has
    // started. Here its start fails, and whoever starts it cleans up or tries other ports.
    static {
        Exit.setHaltProcedure((status, message) -> {
            if (!STARTING.contains(Thread.currentThread())) {
                Runtime.getRuntime().halt(status);
            }
        });
    }

    private final Path directory;

    private final Options options;

    private final boolean temporary;

    private List<Integer> ports;

    private @Nullable KafkaRaftServer server;

    /**
     * @param port the broker's port; 0 for one that is free
     * @param partitions how many a topic gets whose creator does not say
     * @param brokerSettings further settings of the broker by Kafka's names; they win over ours
     */
    public record Options(int port, int partitions, Map<String, String> brokerSettings) {

        public static final Options DEFAULT = new Options(0, 8, Map.of());

        public Options {
            brokerSettings = Map.copyOf(brokerSettings);
        }

        public Options withPort(int other) {
            return new Options(other, partitions, brokerSettings);
        }

        public Options withBrokerSettings(Map<String, String> other) {
            return new Options(port, partitions, other);
        }
    }

    private EmbeddedKafka(Path directory, Options options, boolean temporary) {
        this.directory = directory.toAbsolutePath();
        this.options = options;
        this.temporary = temporary;
        this.ports = List.of(0, 0);
    }

    public static EmbeddedKafka start(Path directory) {
        return start(directory, Options.DEFAULT);
    }

    public static EmbeddedKafka start(Path directory, Options options) {
        var kafka = new EmbeddedKafka(directory, options, false);
        kafka.start();
        return kafka;
    }

    /** A broker whose directory is removed when it is closed. */
    public static EmbeddedKafka startTemporary() {
        return startTemporary(Options.DEFAULT);
    }

    public static EmbeddedKafka startTemporary(Options options) {
        var kafka = new EmbeddedKafka(Directories.temporary("kafka"), options, true);
        kafka.start();
        return kafka;
    }

    /** One broker for all tests of this JVM, ended with it. Use topics of your own, and do not stop it. */
    public static EmbeddedKafka shared() {
        return Shared.KAFKA;
    }

    private static final class Shared {
        static final EmbeddedKafka KAFKA = startTemporary();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(KAFKA::close, "stop-shared-kafka"));
        }
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + ports.getFirst();
    }

    public Path directory() {
        return directory;
    }

    public boolean isRunning() {
        return server != null;
    }

    /** Starts it again after {@link #stop}: same ports, same directory. Does nothing if it runs. */
    public void start() {
        if (server != null) {
            return;
        }
        long started = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            List<Integer> chosen = choosePorts();
            STARTING.add(Thread.currentThread());
            try {
                server = startedOn(chosen);
                ports = chosen;
                remember(chosen);
                LOGGER.atInfo()
                        .addKeyValue("bootstrapServers", bootstrapServers())
                        .addKeyValue("directory", directory)
                        .addKeyValue("tookMs", (System.nanoTime() - started) / 1_000_000)
                        .log("embedded Kafka is running");
                return;
            } catch (RuntimeException e) {
                // Between choosing a free port and binding it, another process may have taken it.
                boolean taken = chosen.stream().anyMatch(port -> !FreePorts.isFree(port));
                if (attempt == ATTEMPTS || !taken || ports.getFirst() != 0 || options.port() != 0) {
                    throw e;
                }
                LOGGER.atWarn()
                        .addKeyValue("ports", chosen)
                        .log("another program has taken a port meanwhile: trying others");
            } finally {
                STARTING.remove(Thread.currentThread());
            }
        }
    }

    /** Stops in an orderly way: logs are closed, so that the next start needs no recovery. */
    public void stop() {
        KafkaRaftServer running = server;
        if (running != null) {
            server = null;
            running.shutdown();
            running.awaitShutdown();
        }
    }

    @Override
    public void close() {
        stop();
        if (temporary) {
            Directories.remove(directory);
        }
    }

    /** Creates topics with so many partitions, and waits until they can be written. */
    public void createTopics(int partitions, String... names) throws InterruptedException {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(names).stream()
                            .map(name -> new NewTopic(name, partitions, (short) 1))
                            .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot create " + List.of(names) + ": " + e.getCause(), e.getCause());
        }
    }

    /** The caller closes it. */
    public Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    private KafkaRaftServer startedOn(List<Integer> chosen) {
        Properties settings = settings(chosen);
        var config = new KafkaConfig(settings, false);
        Path logs = directory.resolve("logs");
        boolean wasKilled = KilledBroker.wasAt(logs);
        format();
        if (wasKilled) {
            KilledBroker.giveUp(logs, NODE_ID, chosen.getLast(), settings);
        }
        var starting = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            starting.startup();
        } catch (RuntimeException e) {
            starting.shutdown();
            throw e;
        }
        return starting;
    }

    /** As the storage tool does before a broker's first start. */
    private void format() {
        Path logs = directory.resolve("logs");
        try {
            Files.createDirectories(logs);
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setClusterId(clusterId())
                    .setNodeId(NODE_ID)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(Optional.of(logs.toString()))
                    .addDirectory(logs.toString())
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setFeatureLevel("transaction.version", (short) 2)
                    .setIgnoreFormatted(true)
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot format " + logs, e);
        } catch (Exception e) {
            throw new IllegalStateException("cannot format " + logs, e);
        }
    }

    private String clusterId() throws IOException {
        Path file = directory.resolve("cluster-id");
        if (!Files.exists(file)) {
            Files.writeString(file, Uuid.randomUuid().toString());
        }
        return Files.readString(file).strip();
    }

    private Properties settings(List<Integer> chosen) {
        var settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + chosen.getLast());
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(chosen.getFirst(), chosen.getLast()));
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", directory.resolve("logs").toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("num.partitions", Integer.toString(options.partitions()));
        settings.put("default.replication.factor", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "8");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "8");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // Lets a fault test notice a dead member in a second instead of six.
        settings.put("group.min.session.timeout.ms", "1000");
        // A process that stands still has its controller stand still with it: there is nobody to give up, see
        // KilledBroker.
        settings.put("broker.session.timeout.ms", Long.toString(SESSION_MAX.toMillis()));
        settings.put("broker.heartbeat.interval.ms", "500");
        // The cleaner takes its buffer from the heap at the start; the default of 128 MiB is for real brokers.
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
        settings.put("log.cleaner.io.buffer.size", Integer.toString(128 << 10));
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        settings.putAll(options.brokerSettings());
        return settings;
    }

    /** Those of before, as far as they are free. */
    private List<Integer> choosePorts() {
        if (ports.getFirst() != 0) {
            return ports;
        }
        List<Integer> before = remembered();
        int broker = options.port() == 0 ? sameOrOther(before, 0) : options.port();
        int controller = sameOrOther(before, 1);
        return List.of(broker, controller == broker ? FreePorts.one() : controller);
    }

    private static int sameOrOther(List<Integer> before, int index) {
        return before.size() == 2 && FreePorts.isFree(before.get(index)) ? before.get(index) : FreePorts.one();
    }

    private List<Integer> remembered() {
        Path file = directory.resolve(PORTS_FILE);
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream().map(Integer::valueOf).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private void remember(List<Integer> chosen) {
        try {
            Files.write(
                    directory.resolve(PORTS_FILE),
                    chosen.stream().map(String::valueOf).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
