package com.promptmanage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * Has a controller give up a broker that was killed, before the broker starts again.
 *
 * <p>Otherwise it is given up while its next life has begun: that one takes itself for the leader of all partitions, loads the
 * transactions that were about to end, and is then for a moment without leaders. Kafka 4.3.1 takes partitions without a leader for
 * deleted ones ({@code KRaftMetadataCache.getPartitionLeaderEndpoint} finds no node, where it used to find an unknown one), and
 * writes such a transaction's end to none of them. The transaction stays open in them for ever, and nothing behind it is read by
 * who reads what is committed.
 */
final class KilledBroker {

    /** Kafka's own name of the file that is there after an orderly end. */
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    private static final String METADATA_LOG = "__cluster_metadata-0";

    private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private KilledBroker() {}

    /** Whether a broker was at work here and had no time to end. */
    static boolean wasAt(Path logs) {
        return Files.exists(logs.resolve(METADATA_LOG)) && !Files.exists(logs.resolve(CLEAN_SHUTDOWN));
    }

    /**
     * Returns when it is given up.
     *
     * @param settings of the broker and its controller
     * @throws IllegalStateException if it is not after a minute
     */
    static void giveUp(Path logs, int nodeId, int controllerPort, Properties settings) {
        var alone = new Properties();
        alone.putAll(settings);
        alone.put("process.roles", "controller");
        alone.put("listeners", "CONTROLLER://127.0.0.1:" + controllerPort);
        alone.put("broker.session.timeout.ms", Long.toString(GIVEN_UP_AFTER.toMillis()));
        var shared = new SharedServer(
                new KafkaConfig(alone, false),
                metaProperties(logs),
                Time.SYSTEM,
                new Metrics(),
                CompletableFuture.completedFuture(
                        Map.of(nodeId, new InetSocketAddress(InetAddress.getLoopbackAddress(), controllerPort))),
                List.of(),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        var controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), bootstrap(logs));
        try {
            controller.startup();
            var watch = new Watch(nodeId);
            shared.loader().installPublishers(List.of(watch)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!watch.givenUp.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the killed broker is not given up after " + PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a killed broker is given up", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot give up the killed broker", e);
        } finally {
            controller.shutdown();
        }
    }

    private static MetaPropertiesEnsemble metaProperties(Path logs) {
        try {
            return new MetaPropertiesEnsemble.Loader()
                    .addMetadataLogDir(logs.toString())
                    .load();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BootstrapMetadata bootstrap(Path logs) {
        try {
            return new BootstrapDirectory(logs.toString()).read();
        } catch (Exception e) {
            throw new IllegalStateException("cannot read how the broker began", e);
        }
    }

    /** Sees the controller's decisions as they are committed. */
    private static final class Watch implements MetadataPublisher {

        private final int broker;

        private final CountDownLatch givenUp = new CountDownLatch(1);

        Watch(int broker) {
            this.broker = broker;
        }

        @Override
        public String name() {
            return "killed-broker";
        }

        @Override
        public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
            BrokerRegistration registration = image.cluster().broker(broker);
            if (registration == null || registration.fenced()) {
                givenUp.countDown();
            }
        }

        @Override
        public void close() {}
    }
}
