package com.promptmanage.runner.source;

import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.StoredFiles;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.Map;
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
            change(handle, account, dataSourceId, change);
            return null;
        });
    }

    /** As {@link #change}, by someone who puts another file in its place. */
    void replace(Account account, String dataSourceId, byte[] content, Actor actor) throws ConnectorException {
        database.<Void, ConnectorException>inTransaction(DataSourceTable.scope(account), handle -> {
            Optional<byte[]> before = content(handle, dataSourceId);
            Instant at = change(handle, account, dataSourceId, held -> content);
            AuditLog.append(
                    handle,
                    actor,
                    at,
                    new AuditEntry(
                            account,
                            "data_source_file_replaced",
                            "data_source",
                            dataSourceId,
                            before.map(file -> Map.of("bytes", file.length)).orElse(null),
                            Map.of("bytes", content.length)));
            return null;
        });
    }

    /** @return when, by the database's clock */
    private static Instant change(Handle handle, Account account, String dataSourceId, Change change)
            throws ConnectorException {
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
        return handle.createQuery("""
            INSERT INTO data_source_files (data_source_id, account, content) VALUES (:id, :account, :content)
            ON CONFLICT (data_source_id) DO UPDATE SET content = excluded.content, updated_at = now()
            RETURNING updated_at
            """)
                .bind("id", dataSourceId)
                .bind("account", account.value())
                .bind("content", after)
                .map((row, ctx) -> row.getTimestamp("updated_at").toInstant())
                .one();
    }

    private static Optional<byte[]> content(Handle handle, String dataSourceId) {
        return handle.createQuery("SELECT content FROM data_source_files WHERE data_source_id = :id")
                .bind("id", dataSourceId)
                .mapTo(byte[].class)
                .findOne();
    }
}
