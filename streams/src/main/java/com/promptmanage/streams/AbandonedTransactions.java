package com.promptmanage.streams;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.ThreadMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the transactions that a dead process of the application has left open, while this one takes over. Until then nobody
 * is told how far the partitions had come, and the broker ends them by itself only when their time is over, which is long after
 * the session.
 *
 * <p>A process is dead when the group has let it go. If it lives all the same, it has lost its partitions, and what is in its
 * hands must not be committed anyway.
 */
final class AbandonedTransactions implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(AbandonedTransactions.class);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final long ANSWER_SECONDS = 5;

    private final String applicationId;

    private final Admin admin;

    private final Supplier<KafkaStreams.State> state;

    private final Supplier<Set<ThreadMetadata>> ownThreads;

    /** Told of a failure, once until there is none. */
    private final Consumer<Exception> complaint;

    /** Streams' name of a producer: the application, the process, and the number of the thread. */
    private final Pattern transactionalId;

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("abandoned-transactions").factory());

    /** Whether it was told that they cannot be ended; only the executor's thread asks. */
    private boolean isTold;

    AbandonedTransactions(
            String applicationId,
            Admin admin,
            Supplier<KafkaStreams.State> state,
            Supplier<Set<ThreadMetadata>> ownThreads,
            Consumer<Exception> complaint) {
        this.applicationId = applicationId;
        this.admin = admin;
        this.state = state;
        this.ownThreads = ownThreads;
        this.complaint = complaint;
        transactionalId = Pattern.compile("(" + Pattern.quote(applicationId) + "-[0-9a-f-]{36})-[0-9]+");
    }

    /** Looks for them as long as the application waits for its partitions. */
    static AbandonedTransactions watch(String applicationId, Admin admin, KafkaStreams streams) {
        var watch = new AbandonedTransactions(
                applicationId,
                admin,
                streams::state,
                streams::metadataForLocalThreads,
                cause -> warn(applicationId, cause));
        var unused = watch.executor.scheduleWithFixedDelay(
                watch::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Only one thread at a time. */
    void look() {
        if (state.get() != KafkaStreams.State.REBALANCING) {
            isTold = false;
            return;
        }
        try {
            // In this order: who has come since, and has begun one, is not mistaken for dead.
            List<String> open = open();
            List<String> abandoned = open.isEmpty() ? open : abandoned(open);
            if (!abandoned.isEmpty()) {
                admin.fenceProducers(abandoned).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
                LOGGER.atInfo()
                        .addKeyValue("transactionalIds", abandoned)
                        .log("ended the transactions of a process that is gone");
            }
            isTold = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // The broker ends them too, only later.
            tellOnce(e);
        }
    }

    /** A broker that is away, or forbids it, would have it told each second. */
    private void tellOnce(Exception cause) {
        if (!isTold) {
            complaint.accept(cause);
            isTold = true;
        }
    }

    private static void warn(String applicationId, Exception cause) {
        LOGGER.atWarn()
                .addKeyValue("application", applicationId)
                .setCause(cause)
                .log("cannot end the transactions of a process that is gone");
    }

    private List<String> open() throws Exception {
        var options = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        Collection<TransactionListing> all =
                admin.listTransactions(options).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        return all.stream()
                .map(TransactionListing::transactionalId)
                .filter(id -> transactionalId.matcher(id).matches())
                .toList();
    }

    private List<String> abandoned(List<String> open) throws Exception {
        Set<String> living = Stream.concat(
                        members().stream().map(MemberDescription::clientId),
                        ownThreads.get().stream().map(ThreadMetadata::threadName))
                .map(name -> name.replaceFirst("-StreamThread-.*", ""))
                .collect(Collectors.toSet());
        return open.stream().filter(id -> !living.contains(process(id))).toList();
    }

    private String process(String id) {
        Matcher matcher = transactionalId.matcher(id);
        return matcher.matches() ? matcher.group(1) : id;
    }

    private Collection<MemberDescription> members() throws Exception {
        try {
            return admin
                    .describeConsumerGroups(List.of(applicationId))
                    .all()
                    .thenApply(Map::values)
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .stream()
                    .flatMap(group -> group.members().stream())
                    .toList();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return List.of();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        admin.close(Duration.ZERO);
    }
}
