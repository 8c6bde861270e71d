package com.promptmanage.streams.commit;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/**
 * Makes RocksDB quick to say that it does not have a row. Most rows that are asked for on disk are new ones, of a quarter of
 * an hour that has just begun or of a late event; Streams sets RocksDB up for rows that are there.
 */
public final class RocksDbForMisses implements RocksDBConfigSetter {

    /** Of the memory of rows that are not in a file yet, for a filter. */
    private static final double FILTER_SHARE = 0.1;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        options.setOptimizeFiltersForHits(false);
        options.setMemtableWholeKeyFiltering(true);
        options.setMemtablePrefixBloomSizeRatio(FILTER_SHARE);
    }

    @Override
    public void close(String storeName, Options options) {
        // Nothing that is set here is held outside of the options.
    }
}
