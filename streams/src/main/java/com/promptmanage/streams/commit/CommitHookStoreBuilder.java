package com.promptmanage.streams.commit;

import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Builds a {@link CommitHookStore} for each task. Its changelog cannot be switched off, since it is where the state
 * lives; it is compacted, and must stay so: a {@code delete} policy would remove rows that are written only once.
 */
public final class CommitHookStoreBuilder<S extends CommitHookStore> implements StoreBuilder<S> {

    private final String name;
    private final Function<String, S> store;
    private final Map<String, String> changelogConfig;

    /** @param store from the store's name to a new, unopened store of that name */
    public CommitHookStoreBuilder(String name, Function<String, S> store) {
        this(name, store, Map.of());
    }

    private CommitHookStoreBuilder(String name, Function<String, S> store, Map<String, String> changelogConfig) {
        this.name = name;
        this.store = store;
        this.changelogConfig = Map.copyOf(changelogConfig);
    }

    @Override
    public S build() {
        return store.apply(name);
    }

    @Override
    public CommitHookStoreBuilder<S> withLoggingEnabled(Map<String, String> config) {
        return new CommitHookStoreBuilder<>(name, store, config);
    }

    @Override
    public CommitHookStoreBuilder<S> withLoggingDisabled() {
        throw new UnsupportedOperationException("Store " + name + " lives in its changelog; it cannot be switched off");
    }

    @Override
    public CommitHookStoreBuilder<S> withCachingEnabled() {
        throw new UnsupportedOperationException("Store " + name + " gathers its own changes until the commit");
    }

    @Override
    public CommitHookStoreBuilder<S> withCachingDisabled() {
        return this;
    }

    @Override
    public Map<String, String> logConfig() {
        return changelogConfig;
    }

    @Override
    public boolean loggingEnabled() {
        return true;
    }

    @Override
    public String name() {
        return name;
    }
}
