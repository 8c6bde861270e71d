package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How an API gives its records page by page. A cursor of ours is the number of the next page, the next offset, or the API's
 * own cursor.
 */
sealed interface Pagination {

    /** Behind a cursor of ours, if there may be no such page. */
    String DOUBT = "?";

    int pageSize();

    /** What is asked for, besides what the configuration asks for anyway. */
    Map<String, String> parameters(@Nullable String cursor);

    /**
     * @param answer the whole answer
     * @param records how many were in it
     * @return the cursor of the next page; null if there is none
     * @throws ConnectorException if the pages would never end
     */
    @Nullable
    String next(@Nullable String cursor, JsonNode answer, int records) throws ConnectorException;

    /**
     * Whether there may be no such page: the one before had fewer records than were asked for, or more, and its answer did not say
     * whether it was the last. An API may give fewer at a time, and one that gives more may give all each time.
     */
    default boolean isDoubtful(@Nullable String cursor) {
        return false;
    }

    /** All at once. */
    record None() implements Pagination {
        @Override
        public int pageSize() {
            return Page.RECORDS_DEFAULT;
        }

        @Override
        public Map<String, String> parameters(@Nullable String cursor) {
            return Map.of();
        }

        @Override
        public @Nullable String next(@Nullable String cursor, JsonNode answer, int records) {
            return null;
        }
    }

    /**
     * By number.
     *
     * @param totalPath may be missing in the answer: then a page with nothing on it is the last
     */
    record ByPage(int pageSize, String pageParam, String sizeParam, int first, String totalPath, String hasMorePath)
            implements Pagination {
        @Override
        public Map<String, String> parameters(@Nullable String cursor) {
            return Map.of(
                    pageParam,
                    cursor == null ? String.valueOf(first) : number(cursor),
                    sizeParam,
                    String.valueOf(pageSize));
        }

        @Override
        public @Nullable String next(@Nullable String cursor, JsonNode answer, int records) {
            int page = cursor == null ? first : Integer.parseInt(number(cursor));
            String next = String.valueOf(page + 1);
            JsonNode hasMore = Rows.at(answer, hasMorePath);
            if (hasMore.isBoolean()) {
                return hasMore.booleanValue() && records > 0 ? next : null;
            }
            JsonNode total = Rows.at(answer, totalPath);
            if (total.canConvertToInt()) {
                return page - first + 1 < total.intValue() ? next : null;
            }
            return untold(next, records, pageSize);
        }

        @Override
        public boolean isDoubtful(@Nullable String cursor) {
            return cursor != null && cursor.endsWith(DOUBT);
        }
    }

    /** By how many come before. */
    record ByOffset(int pageSize, String offsetParam, String sizeParam, String hasMorePath) implements Pagination {
        @Override
        public Map<String, String> parameters(@Nullable String cursor) {
            return Map.of(offsetParam, cursor == null ? "0" : number(cursor), sizeParam, String.valueOf(pageSize));
        }

        @Override
        public @Nullable String next(@Nullable String cursor, JsonNode answer, int records) {
            long offset = cursor == null ? 0 : Long.parseLong(number(cursor));
            String next = String.valueOf(offset + records);
            JsonNode hasMore = Rows.at(answer, hasMorePath);
            if (hasMore.isBoolean()) {
                return hasMore.booleanValue() && records > 0 ? next : null;
            }
            return untold(next, records, pageSize);
        }

        @Override
        public boolean isDoubtful(@Nullable String cursor) {
            return cursor != null && cursor.endsWith(DOUBT);
        }
    }

    /** By what the page before says. */
    record ByCursor(int pageSize, String cursorParam, String sizeParam, String nextPath) implements Pagination {
        @Override
        public Map<String, String> parameters(@Nullable String cursor) {
            var parameters = new TreeMap<String, String>();
            parameters.put(sizeParam, String.valueOf(pageSize));
            if (cursor != null) {
                parameters.put(cursorParam, cursor);
            }
            return parameters;
        }

        @Override
        public @Nullable String next(@Nullable String cursor, JsonNode answer, int records) throws ConnectorException {
            String next = Rows.at(answer, nextPath).asText("");
            if (next.isBlank() || next.equals("null")) {
                return null;
            }
            if (!next.equals(cursor)) {
                return next;
            }
            // Behind its last page an API may say where to ask for more later.
            if (records == 0) {
                return null;
            }
            throw new ConnectorException(
                    Failure.Kind.PERMANENT,
                    "the API gives the cursor that it was asked with again, with %,d records: it would be read for ever. Set pagination.cursorParam to the parameter that it takes cursors by, and nextCursorPath to where it tells the next"
                            .formatted(records));
        }
    }

    /** The next one, if the answer does not say whether there is one. */
    private static @Nullable String untold(String next, int records, int pageSize) {
        if (records == 0) {
            return null;
        }
        return records == pageSize ? next : next + DOUBT;
    }

    /** Of a cursor of ours. */
    private static String number(String cursor) {
        return cursor.replace(DOUBT, "");
    }

    /** From the configuration; what is not said is as most have it. */
    static Pagination of(JsonNode config) {
        int size = Math.clamp(config.path("pageSize").asInt(Page.RECORDS_DEFAULT), 1, Page.RECORDS_MAX);
        String hasMore = text(config, "hasMorePath", "has_more");
        return switch (config.path("type").asText("")) {
            case "page" ->
                new ByPage(
                        size,
                        text(config, "pageParam", "page"),
                        text(config, "sizeParam", "per_page"),
                        config.path("firstPage").asInt(1),
                        text(config, "totalPagesPath", "total_pages"),
                        hasMore);
            case "offset" ->
                new ByOffset(size, text(config, "offsetParam", "offset"), text(config, "sizeParam", "limit"), hasMore);
            case "cursor" ->
                new ByCursor(
                        size,
                        text(config, "cursorParam", "cursor"),
                        text(config, "sizeParam", "limit"),
                        text(config, "nextCursorPath", "next_cursor"));
            default -> new None();
        };
    }

    private static String text(JsonNode config, String name, String otherwise) {
        String text = config.path(name).asText("");
        return text.isBlank() ? otherwise : text;
    }
}
