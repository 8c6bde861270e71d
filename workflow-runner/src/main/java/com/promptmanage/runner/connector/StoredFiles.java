package com.promptmanage.runner.connector;

import com.promptmanage.topics.account.Account;
import java.util.Optional;

/** The files that data sources are kept in here. */
public interface StoredFiles {

    /** The most that a file may have. */
    int BYTES_MAX = 10 << 20;

    Optional<byte[]> read(Account account, String dataSourceId);

    /**
     * Replaces it by what the change makes of it, while nobody else can.
     *
     * @throws ConnectorException what the change throws, or if the file would be too large
     */
    void change(Account account, String dataSourceId, Change change) throws ConnectorException;

    /** Makes of a file another. */
    @FunctionalInterface
    interface Change {
        /** @param before empty if there is no file yet */
        byte[] of(byte[] before) throws ConnectorException;
    }
}
