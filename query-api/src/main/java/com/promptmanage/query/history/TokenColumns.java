package com.promptmanage.query.history;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The columns of {@code usage_history} that hold the tokens of an event, for all who read them or add them up with a statement
 * of their own: a kind of tokens has its column here and nowhere else.
 */
public final class TokenColumns {

    /** The columns in the order of {@link TokenKind}; {@link #counts} reads them. */
    public static final String EACH = joined(TokenColumns::column, ", ");

    /** What several events come to, with the tokens of each kind; {@link #spend} reads it. */
    public static final String SUMS =
            """
            count(*) AS events,
            count(*) FILTER (WHERE unpriced) AS unpriced,
            coalesce(sum(cost_nano_usd), 0)::bigint AS cost,
            """ + joined(kind -> "sum(%1$s)::bigint AS %1$s".formatted(column(kind)), ", ") + "\n";

    /** All tokens of one event, as an expression. */
    public static final String TOTAL = "(" + joined(TokenColumns::column, " + ") + ")";

    private TokenColumns() {}

    private static long[] each(ResultSet row) throws SQLException {
        long[] tokens = new long[TokenKind.COUNT];
        for (TokenKind kind : TokenKind.values()) {
            tokens[kind.index()] = row.getLong(column(kind));
        }
        return tokens;
    }

    /** Of a row with {@link #EACH}, or with all columns of an event. */
    public static TokenCounts counts(ResultSet row) throws SQLException {
        return TokenCounts.of(each(row));
    }

    /** Of a row with {@link #SUMS}. */
    public static Spend spend(ResultSet row) throws SQLException {
        return new Spend(
                row.getLong("events"), row.getLong("unpriced"), row.getLong("cost"), TokenCounts.ofSums(each(row)));
    }

    private static String joined(Function<TokenKind, String> form, String between) {
        return Arrays.stream(TokenKind.values()).map(form).collect(Collectors.joining(between));
    }

    private static String column(TokenKind kind) {
        return switch (kind) {
            case INPUT -> "input_tokens";
            case CACHE_READ -> "cache_read_tokens";
            case CACHE_WRITE_5M -> "cache_write_5m_tokens";
            case CACHE_WRITE_1H -> "cache_write_1h_tokens";
            case INPUT_AUDIO -> "input_audio_tokens";
            case INPUT_IMAGE -> "input_image_tokens";
            case OUTPUT -> "output_tokens";
            case REASONING -> "reasoning_tokens";
            case OUTPUT_AUDIO -> "output_audio_tokens";
            case OUTPUT_IMAGE -> "output_image_tokens";
        };
    }
}
