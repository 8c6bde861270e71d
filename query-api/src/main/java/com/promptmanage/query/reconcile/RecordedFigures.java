package com.promptmanage.query.reconcile;

import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What PostgreSQL holds: the running sums of the rated topic, and the history added up row by row; of one moment. */
record RecordedFigures(Figures ratedTopic, Figures history) {

    /** @param to exclusive; both days of UTC */
    static RecordedFigures read(Database database, Scope scope, Account account, LocalDate from, LocalDate to) {
        // One statement, and so one snapshot.
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                        SELECT *
                        FROM (SELECT coalesce(sum(events), 0)::bigint AS rated_events,
                                     coalesce(sum(unpriced_events), 0)::bigint AS rated_unpriced,
                                     coalesce(sum(tokens), 0)::bigint AS rated_tokens,
                                     coalesce(sum(cost_nano_usd), 0)::bigint AS rated_cost
                              FROM rated_totals
                              WHERE account = :account AND day >= :from AND day < :to) AS rated,
                             (SELECT count(*) AS history_events,
                                     count(*) FILTER (WHERE unpriced) AS history_unpriced,
                                     coalesce(sum(""" + TokenColumns.TOTAL + """
                                     ), 0)::bigint AS history_tokens,
                                     coalesce(sum(cost_nano_usd), 0)::bigint AS history_cost
                              FROM usage_history
                              WHERE account = :account AND time >= :fromTime AND time < :toTime) AS history
                        """)
                        .bind("account", account.value())
                        .bind("from", from)
                        .bind("to", to)
                        .bind("fromTime", from.atStartOfDay().atOffset(ZoneOffset.UTC))
                        .bind("toTime", to.atStartOfDay().atOffset(ZoneOffset.UTC))
                        .map((row, ctx) -> new RecordedFigures(figures(row, "rated"), figures(row, "history")))
                        .one());
    }

    private static Figures figures(ResultSet row, String place) throws SQLException {
        return Figures.of(
                row.getLong(place + "_events"),
                row.getLong(place + "_unpriced"),
                row.getLong(place + "_tokens"),
                row.getLong(place + "_cost"));
    }
}
