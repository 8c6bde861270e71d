package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.service.http.Json;
import java.util.ArrayList;
import java.util.List;

/** Reads page after page until a query has all that it wants. */
public final class Reading {

    private static final int RECORDS_MAX = 100_000;

    private static final int PAGES_MAX = 10_000;

    private Reading() {}

    /** @throws ConnectorException also if it is more than can be kept */
    public static List<JsonNode> all(Session session, Query query) throws ConnectorException, InterruptedException {
        var records = new ArrayList<JsonNode>();
        ReadRequest request = ReadRequest.all(query);
        boolean isQueried = true;
        long bytes = 0;
        for (int pages = 1; ; pages++) {
            Page page = session.read(request);
            isQueried = page.isQueried();
            // What does not fit the query need not be kept until the end.
            List<JsonNode> fitting = isQueried ? page.records() : Rows.query(page.records(), filter(query), false);
            for (JsonNode record : fitting) {
                bytes += Json.bytes(record).length;
                records.add(record);
            }
            if (records.size() > RECORDS_MAX || bytes > Answer.BYTES_MAX) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION,
                        "there is more than can be read at once (%,d records, %,d bytes): set a limit, or where"
                                .formatted(records.size(), bytes));
            }
            boolean isEnough =
                    query.limit() != null && records.size() >= query.limit() && Rows.canStopEarly(query, isQueried);
            if (page.nextCursor() == null || isEnough) {
                if (!isQueried) {
                    requireOrder(records, query);
                }
                return Rows.query(records, query, isQueried);
            }
            if (pages >= PAGES_MAX) {
                throw new ConnectorException(Failure.Kind.PERMANENT, "the source gives page after page without an end");
            }
            request = request.at(page.nextCursor());
        }
    }

    /** Records without the field to order them by would come in any order, as if it were the one that was asked for. */
    private static void requireOrder(List<JsonNode> records, Query query) throws ConnectorException {
        if (query.orderBy() == null || records.isEmpty()) {
            return;
        }
        String field = query.orderBy().strip().split("\\s+", 2)[0];
        if (records.stream().allMatch(record -> Rows.at(record, field).isMissingNode())) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION,
                    "orderBy names '%s', which no record has: the first has %s"
                            .formatted(field, Rows.names(records.getFirst())));
        }
    }

    private static Query filter(Query query) {
        return new Query(List.of(), query.where(), null, null, query.options());
    }
}
