package com.promptmanage.runner.simulation;

import com.promptmanage.runner.simulation.SimulatedWorkflow.Report;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one simulated workflow after the other and reports it as a real one would be: state changes on {@code
 * executions.events}, what its calls used on {@code usage.events}. Has one thread of its own until it is closed.
 */
public final class Simulation implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Simulation.class);

    private final Team team;

    private final Duration pause;

    private final Clock clock;

    private final Producer<byte[], byte[]> producer;

    private final Thread thread;

    /** Whose executions they are. */
    public record Team(String teamId, List<String> userIds) {

        public Team {
            userIds = List.copyOf(userIds);
            if (userIds.isEmpty()) {
                throw new IllegalArgumentException("someone of team %s must start the workflows".formatted(teamId));
            }
        }
    }

    private Simulation(Team team, Duration pause, Clock clock, Producer<byte[], byte[]> producer) {
        this.team = team;
        this.pause = pause;
        this.clock = clock;
        this.producer = producer;
        this.thread = Thread.ofVirtual().name("simulated-workflows").unstarted(this::run);
    }

    /** @param pause between the end of an execution and the start of the next */
    public static Simulation start(String bootstrapServers, Team team, Duration pause, Clock clock) {
        // Not transactional: an open transaction on the usage topic would hold up whoever reads it.
        var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "workflow-runner-simulation",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        var simulation = new Simulation(team, pause, clock, producer);
        simulation.thread.start();
        return simulation;
    }

    /** Leaves a running execution as it is, as a crash would. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(5));
    }

    private void run() {
        var random = new SplittableRandom();
        try {
            while (true) {
                Thread.sleep(pause);
                String userId = team.userIds().get(random.nextInt(team.userIds().size()));
                SimulatedWorkflow workflow = SimulatedWorkflow.ALL.get(random.nextInt(SimulatedWorkflow.ALL.size()));
                play(workflow.run("exe_" + UUID.randomUUID(), userId, team.teamId(), clock.instant(), random.split()));
            }
        } catch (InterruptedException | InterruptException e) {
            LOGGER.debug("simulation ended", e);
        }
    }

    private void play(List<Report> reports) throws InterruptedException {
        for (int i = 0; i < reports.size(); i++) {
            Report report = reports.get(i);
            Duration wait = Duration.between(clock.instant(), report.time());
            if (wait.isPositive()) {
                Thread.sleep(wait);
            }
            switch (report) {
                case Report.Change change ->
                    send(
                            Topics.EXECUTION_EVENTS,
                            change.change().execution().account(),
                            ExecutionChangeCodec.write(
                                    change.change().execution().id() + "/" + i,
                                    SimulatedWorkflow.SOURCE,
                                    change.change()));
                case Report.Usage usage ->
                    send(Topics.USAGE_EVENTS, usage.event().account(), UsageEventCodec.write(usage.event()));
            }
        }
    }

    /** What Kafka does not take is left out: it was made up anyway. */
    private void send(Topic topic, Account account, byte[] value) throws InterruptedException {
        try {
            producer.send(new ProducerRecord<>(topic.name(), account.key(), value))
                    .get();
        } catch (ExecutionException e) {
            LOGGER.atWarn()
                    .setCause(e.getCause())
                    .addKeyValue("topic", topic.name())
                    .log("cannot report");
        }
    }
}
