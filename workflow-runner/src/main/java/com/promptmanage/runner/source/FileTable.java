package com.promptmanage.runner.source;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.StoredFiles;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The files of data sources, in the database. */
final class FileTable implements StoredFiles {

    private final Database database;

    FileTable(Database database) {
        this.database = database;
    }

    @Override
    public Optional<byte[]> read(Account account, String dataSourceId) {
        return database.inTransaction(DataSourceTable.scope(account), handle -> content(handle, dataSourceId));
    }

    @Override
    public void change(Account account, String dataSourceId, Change change) throws ConnectorException {
        database.<Void, ConnectorException>inTransaction(DataSourceTable.scope(account), handle -> {
            // Also where there is no file yet, two changes are made one after the other.
            Optional<String> owner = handle.createQuery("SELECT id FROM data_sources WHERE id = :id FOR UPDATE")
                    .bind("id", dataSourceId)
                    .mapTo(String.class)
                    .findOne();
            if (owner.isEmpty()) {
                throw new ConnectorException(Failure.Kind.PERMANENT, "there is no such data source any more");
            }
            byte[] after = change.of(content(handle, dataSourceId).orElse(new byte[0]));
            if (after.length > BYTES_MAX) {
                throw new ConnectorException(
                        Failure.Kind.PERMANENT,
                        "the file would have more than %,d bytes, which is the most it may have".formatted(BYTES_MAX));
            }
            handle.createUpdate("""
                INSERT INTO data_source_files (data_source_id, account, content) VALUES (:id, :account, :content)
                ON CONFLICT (data_source_id) DO UPDATE SET content = excluded.content, updated_at = now()
                """)
                    .bind("id", dataSourceId)
                    .bind("account", account.value())
                    .bind("content", after)
                    .execute();
            return null;
        });
    }

    private static Optional<byte[]> content(Handle handle, String dataSourceId) {
        return handle.createQuery("SELECT content FROM data_source_files WHERE data_source_id = :id")
                .bind("id", dataSourceId)
                .mapTo(byte[].class)
                .findOne();
    }
}
