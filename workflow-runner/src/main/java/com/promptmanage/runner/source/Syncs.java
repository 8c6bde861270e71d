package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.Page;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.ReadRequest;
import com.promptmanage.runner.connector.ReadRequest.Since;
import com.promptmanage.runner.connector.Rows;
import com.promptmanage.runner.connector.Session;
import com.promptmanage.runner.connector.TimeLeft;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.source.DataSource.Mode;
import com.promptmanage.runner.source.Sync.Counts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies the records of sources. */
final class Syncs {

    /** How long one may be silent before it is taken for dead. */
    static final Duration LEASE = Duration.ofMinutes(10);

    /** For reading all of a source. */
    private static final Duration WHOLE_MAX = Duration.ofHours(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(Syncs.class);

    private static final int PAGES_MAX = 10_000;

    /**
     * How much further back than the last one an incremental sync asks: the source's clock may be behind ours, and what it changed
     * just before may not have been there to be seen. What comes twice is the same record.
     */
    private static final Duration OVERLAP = Duration.ofMinutes(5);

    private final Places places;

    private final SyncTable table;

    Syncs(Places places, SyncTable table) {
        this.places = places;
        this.table = table;
    }

    /** Begins one; empty if one is running already. Give it to {@link #run} on a thread of its own. */
    Optional<Sync> begin(DataSource source, Mode mode, @Nullable String triggeredBy) {
        // There is nothing yet that a first one could add to.
        Mode possible = source.lastSyncAt() == null ? Mode.FULL : mode;
        return table.begin(source, possible, triggeredBy);
    }

    /** Does it, and notes how it went. */
    void run(DataSource source, Sync sync) throws InterruptedException {
        var progress = new Progress();
        try {
            Places.Place place = places.find(source.account(), source.draft().type(), source.id(), Map.of());
            try (Session session = places.open(source.account(), place, TimeLeft.of(WHOLE_MAX))) {
                copy(source, sync, session, progress);
            }
            table.complete(source, sync, progress.counts);
        } catch (ConnectorException e) {
            table.fail(source, sync, progress.counts, e.failure());
        } catch (SupersededException e) {
            LOGGER.atWarn().setCause(e).addKeyValue("dataSourceId", source.id()).log("a sync went on for too long");
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atError()
                    .setCause(e)
                    .addKeyValue("dataSourceId", source.id())
                    .log("a sync failed");
            table.fail(
                    source, sync, progress.counts, new Failure(Failure.Kind.PERMANENT, "something broke on our side"));
        }
    }

    /** How far it has come, also if it ends early. */
    private static final class Progress {
        private Counts counts = Counts.NONE;
    }

    private void copy(DataSource source, Sync sync, Session session, Progress progress)
            throws ConnectorException, InterruptedException {
        Query query = new Query(List.of(), List.of(), null, null, options(source));
        Optional<Since> since = sync.mode() == Mode.INCREMENTAL && source.lastSyncAt() != null
                ? Optional.of(new Since(
                        source.draft().sinceField(), source.lastSyncAt().minus(OVERLAP)))
                : Optional.empty();
        @Nullable String cursor = null;
        boolean tellsChanges = false;
        for (int pages = 0; pages < PAGES_MAX; pages++) {
            Page page = session.read(new ReadRequest(query, cursor, Page.RECORDS_DEFAULT, since));
            List<JsonNode> fresh = since.isEmpty()
                    ? page.records()
                    : page.records().stream()
                            .filter(new ChangedSince(since.get()))
                            .toList();
            progress.counts = progress.counts.plus(page.records().size(), 0, 0, page.bytes());
            tellsChanges |= since.isEmpty()
                    || page.records().isEmpty()
                    || page.records().stream()
                            .anyMatch(record ->
                                    Rows.at(record, since.get().field()).isValueNode());
            if (!tellsChanges) {
                // None would ever be new, and the sync would go on saying that it is complete.
                throw new ConnectorException(
                        Failure.Kind.VALIDATION,
                        "no record has the field '%s', by which changes are found: set sinceField to one that tells when a record was changed, or syncMode to full. The first has %s"
                                .formatted(
                                        since.get().field(),
                                        Rows.names(page.records().getFirst())));
            }
            int tooLarge = table.keep(source, sync, fresh, progress.counts);
            progress.counts = progress.counts.plus(0, fresh.size() - tooLarge, tooLarge, 0);
            if (page.nextCursor() == null) {
                return;
            }
            cursor = page.nextCursor();
        }
        throw new ConnectorException(Failure.Kind.PERMANENT, "the source gives page after page without an end");
    }

    /** What a stored source says of itself is its configuration; some of it is what a query would say. */
    private static Map<String, JsonNode> options(DataSource source) {
        var options = new java.util.LinkedHashMap<String, JsonNode>();
        source.draft().config().properties().forEach(option -> options.put(option.getKey(), option.getValue()));
        return options;
    }
}
