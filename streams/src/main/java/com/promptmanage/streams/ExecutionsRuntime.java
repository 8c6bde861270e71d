package com.promptmanage.streams;

import com.promptmanage.streams.AccountStores.Owner;
import com.promptmanage.streams.answer.StoredExecutionReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.execution.ExecutionCounts;
import com.promptmanage.streams.execution.ExecutionStore;
import com.promptmanage.streams.execution.ExecutionsSupplier;
import com.promptmanage.streams.read.Executions;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Adds up workflow executions in this process, and tells where each account's are to be asked. */
public final class ExecutionsRuntime implements Executions, AutoCloseable {

    /** People look at it, no program waits for it: fewer commits than the metering makes. */
    private static final Duration COMMIT_INTERVAL_MIN = Duration.ofMillis(500);

    private final RunningApplication application;

    private final AccountStores<ExecutionStore> stores;

    private final ExecutionCounts counts = new ExecutionCounts();

    /**
     * @param metering how the metering is run: this goes along with it, as an application of its own
     * @param partitions how many partitions the accounts are spread over
     */
    public ExecutionsRuntime(StreamsSettings metering, int partitions) {
        var commits = new Commits();
        application = new RunningApplication(
                "executions",
                ExecutionsTopology.of(new ExecutionsSupplier(commits, counts, metering.retention())),
                ApplicationSettings.of(
                        metering,
                        metering.applicationId() + "-executions",
                        ApplicationSettings.larger(metering.commitInterval(), COMMIT_INTERVAL_MIN),
                        ExecutionsSupplier.DELETIONS_KEPT),
                commits,
                counts.restored);
        stores = new AccountStores<>(application, metering, partitions, ExecutionsSupplier.STORE, ExecutionStore.class);
    }

    public void start() {
        application.start();
    }

    /** What was seen in this process. */
    public ExecutionCounts counts() {
        return counts;
    }

    /** Whether every partition of this process can be asked. */
    public boolean isReady() {
        return application.isReady();
    }

    /** Why a thread last ended, if one did. */
    public @Nullable Throwable lastFailure() {
        return application.lastFailure();
    }

    @Override
    public Place owner(Account account) {
        return switch (stores.owner(account)) {
            case Owner.Here here -> here(here.partition());
            case Owner.Elsewhere elsewhere -> new Place.Elsewhere(elsewhere.host(), elsewhere.port());
            case Owner.Nobody nobody -> new Place.Moving(nobody.reason());
        };
    }

    private Place here(int partition) {
        ExecutionStore store = stores.owned(partition);
        return store == null
                ? new Place.Moving(AccountStores.isRestored(partition))
                : new Place.Here(new StoredExecutionReads(store));
    }

    @Override
    public void close() {
        application.close();
    }
}
