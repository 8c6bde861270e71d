package com.promptmanage.streams;

import com.promptmanage.streams.commit.CommitHookStore;
import com.promptmanage.streams.meter.AccountPartition;
import com.promptmanage.topics.account.Account;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.internals.StateStoreProvider;
import org.jspecify.annotations.Nullable;

/**
 * The stores that an application keeps accounts in, one for each partition, and where they are.
 *
 * @param <S> what each is
 */
final class AccountStores<S extends CommitHookStore> {

    private final KafkaStreams streams;

    private final StreamsSettings settings;

    private final int partitions;

    private final String name;

    private final QueryableStoreType<S> type;

    private final FoundStores<S> found;

    /** Where the store of an account is. */
    sealed interface Owner {

        /** In this process, unless it is still being restored. */
        record Here(int partition) implements Owner {}

        /** In another process. */
        record Elsewhere(String host, int port, int partition) implements Owner {}

        /** Nowhere at the moment. */
        record Nobody(String reason) implements Owner {}
    }

    /** @param partitions how many the accounts are spread over */
    AccountStores(
            RunningApplication application, StreamsSettings settings, int partitions, String name, Class<S> type) {
        this.streams = application.streams();
        this.settings = settings;
        this.partitions = partitions;
        this.name = name;
        this.type = new AsItIs<>(type);
        this.found = new FoundStores<>(
                application::isReady,
                application::stateChanges,
                CommitHookStore::opening,
                partition -> find(query(partition)));
    }

    int partitionOf(Account account) {
        return AccountPartition.of(account.key(), partitions);
    }

    Owner owner(Account account) {
        if (!streams.state().isRunningOrRebalancing()) {
            return new Owner.Nobody("what keeps the store '%s' is %s".formatted(name, streams.state()));
        }
        if (settings.host() == null) {
            // One process that nobody else asks: Streams keeps no map of hosts then.
            return new Owner.Here(partitionOf(account));
        }
        KeyQueryMetadata where = streams.queryMetadataForKey(name, account.key(), new ByteArraySerializer());
        if (where == null || where.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
            return new Owner.Nobody("partitions are being assigned");
        }
        HostInfo host = where.activeHost();
        return host.host().equals(settings.host()) && host.port() == settings.port()
                ? new Owner.Here(where.partition())
                : new Owner.Elsewhere(host.host(), host.port(), where.partition());
    }

    /** The store of a partition that this process owns; null if it does not, or while it is restored. */
    @Nullable
    S owned(int partition) {
        return found.get(partition);
    }

    /** As {@link #owned}, but a copy of another process's store will do. */
    @Nullable
    S ownedOrCopied(int partition) {
        return find(query(partition).enableStaleStores());
    }

    static String isRestored(int partition) {
        return "partition %d is being restored".formatted(partition);
    }

    private StoreQueryParameters<S> query(int partition) {
        return StoreQueryParameters.fromNameAndType(name, type).withPartition(partition);
    }

    private @Nullable S find(StoreQueryParameters<S> query) {
        try {
            return streams.store(query);
        } catch (InvalidStateStoreException e) {
            return null;
        }
    }

    /** Makes Streams hand out a store of ours as it is. */
    private record AsItIs<S extends StateStore>(Class<S> type) implements QueryableStoreType<S> {

        @Override
        public boolean accepts(StateStore store) {
            return type.isInstance(store);
        }

        @Override
        public S create(StateStoreProvider provider, String name) {
            return provider.stores(name, this).stream()
                    .findFirst()
                    .orElseThrow(() -> new InvalidStateStoreException("the partition has just moved"));
        }
    }
}
