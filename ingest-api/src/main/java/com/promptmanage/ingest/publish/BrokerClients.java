package com.promptmanage.ingest.publish;

import com.promptmanage.ingest.publish.PublishSettings.Load;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients through which the broker is reached.
 *
 * <p>Kafka's clients cannot be made while the broker's name is unknown, as it is before the broker's machine is. Then there
 * are none, and they are made in the background as soon as that is possible; nobody waits for it.
 */
final class BrokerClients implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(BrokerClients.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final PublishSettings settings;

    private final Load load;

    private final PublishMeters meters;

    private volatile @Nullable Producer<byte[], byte[]> producer;

    private volatile @Nullable Admin admin;

    private @Nullable Thread opening;

    private boolean closed;

    BrokerClients(PublishSettings settings, Load load, PublishMeters meters) {
        this.settings = settings;
        this.load = load;
        this.meters = meters;
        open();
    }

    /** Null while the broker's name is not known. */
    @Nullable
    Producer<byte[], byte[]> producer() {
        return producer;
    }

    /** Null while the broker's name is not known. */
    @Nullable
    Admin admin() {
        return admin;
    }

    /** Puts another in the place of a producer that is broken, if that has not been done yet. */
    synchronized void replace(Producer<byte[], byte[]> broken) {
        if (closed || !broken.equals(producer)) {
            return;
        }
        LOGGER.atWarn().log("the producer is broken and is replaced");
        meters.replaced();
        producer = null;
        broken.close(Duration.ZERO);
        open();
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> lastProducer;
        Admin lastAdmin;
        synchronized (this) {
            closed = true;
            lastProducer = producer;
            lastAdmin = admin;
            if (opening != null) {
                opening.interrupt();
            }
        }
        if (lastProducer != null) {
            lastProducer.close(settings.answerMax());
        }
        if (lastAdmin != null) {
            lastAdmin.close(Duration.ZERO);
        }
    }

    private synchronized void open() {
        if (!tryToOpen() && opening == null) {
            opening = Thread.ofVirtual().name("broker-clients").start(this::openInTheEnd);
        }
    }

    private void openInTheEnd() {
        boolean done = false;
        while (!done) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
            synchronized (this) {
                done = closed || tryToOpen();
                if (done) {
                    opening = null;
                }
            }
        }
    }

    private synchronized boolean tryToOpen() {
        try {
            if (admin == null) {
                admin = Admin.create(settings.adminConfig(load));
            }
            if (producer == null) {
                var created = new KafkaProducer<>(
                        settings.producerConfig(load), new ByteArraySerializer(), new ByteArraySerializer());
                meters.measure(new KafkaClientMetrics(created));
                producer = created;
            }
            return true;
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("bootstrapServers", settings.bootstrapServers())
                    .addKeyValue("cause", String.valueOf(e.getCause() == null ? e : e.getCause()))
                    .log("there is no client for the broker yet");
            return false;
        }
    }
}
