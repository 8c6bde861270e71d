package com.promptmanage.query.history;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * In which order events are told. Those of one value follow each other the newest first, whichever way the values go, so that
 * each event has one place.
 */
public record HistoryOrder(By by, boolean isAscending) {

    public static final HistoryOrder NEWEST_FIRST = new HistoryOrder(By.TIME, false);

    /**
     * What events are put in order by. What has no price comes below what costs nothing, and no prompt before any. Users are in
     * the order of their ids: what people are called changes, and a place in the order must not.
     */
    public enum By {
        TIME("time", false),
        MODEL("model COLLATE \"C\"", false),
        PROMPT("coalesce(prompt_id, '') COLLATE \"C\"", false),
        USER("user_id COLLATE \"C\"", false),
        EXECUTION_TYPE("execution_type COLLATE \"C\"", false),
        TOKENS(TokenColumns.TOTAL, true),
        COST("coalesce(cost_nano_usd, -1)", true);

        private final String sql;

        private final boolean isNumber;

        By(String sql, boolean isNumber) {
            this.sql = sql;
            this.isNumber = isNumber;
        }

        /** Of a row, the same as {@link #valueOf}. */
        String sql() {
            return sql;
        }

        boolean isNumber() {
            return isNumber;
        }

        /** As text. Empty for the time, which an event's place has anyway. */
        String valueOf(UsageEntry entry) {
            return switch (this) {
                case TIME -> "";
                case MODEL -> entry.model();
                case PROMPT -> Optional.ofNullable(entry.promptId()).orElse("");
                case USER -> entry.userId();
                case EXECUTION_TYPE -> entry.executionType();
                case TOKENS -> Long.toString(entry.totalTokens());
                case COST ->
                    Optional.ofNullable(entry.costNanoUsd()).orElse(-1L).toString();
            };
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Reads {@code sort} and {@code order}: the newest, or the largest, come first unless it says otherwise. */
    static HistoryOrder read(Context ctx, Faults faults) {
        return new HistoryOrder(by(ctx.queryParam("sort"), faults), isAscending(ctx.queryParam("order"), faults));
    }

    private static By by(@Nullable String code, Faults faults) {
        if (code == null) {
            return By.TIME;
        }
        Optional<By> by = Arrays.stream(By.values())
                .filter(one -> one.code().equals(code))
                .findFirst();
        if (by.isEmpty()) {
            faults.add(
                    "sort",
                    "is not known",
                    "Use one of " + Arrays.stream(By.values()).map(By::code).collect(Collectors.joining(", ")) + ".");
        }
        return by.orElse(By.TIME);
    }

    private static boolean isAscending(@Nullable String code, Faults faults) {
        if (code != null && !code.equals("asc") && !code.equals("desc")) {
            faults.add("order", "is neither asc nor desc", "Send one of them, or leave it out for desc.");
        }
        return "asc".equals(code);
    }
}
