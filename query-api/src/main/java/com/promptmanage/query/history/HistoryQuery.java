package com.promptmanage.query.history;

import com.promptmanage.query.request.DateRange;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.ExecutionType;
import io.javalin.http.Context;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which events of the history are wanted.
 *
 * @param member the member of a team whose events are meant; null for everyone's
 * @param scope for transactions
 */
public record HistoryQuery(Account account, @Nullable String member, Scope scope, DateRange range, Filter filter) {

    /** Each null for any. */
    public record Filter(
            @Nullable String model,
            @Nullable String provider,
            @Nullable String promptId,
            @Nullable String workflowId,
            @Nullable String executionId,
            @Nullable String executionType,
            @Nullable String apiKeyId,
            @Nullable Tag tag,
            @Nullable Boolean unpriced) {}

    /** A label that an event carries. */
    public record Tag(String name, String value) {}

    /** How a right is asked for. */
    public interface Right {

        /** @throws ProblemException unless the caller has it */
        void require(Caller caller, Asked about);
    }

    /** To see usage: the account's, or a member's own. */
    public static final Right TO_SEE = (caller, about) -> {
        if (about.member() == null) {
            Permissions.requireQuery(caller, about.account());
        } else {
            Permissions.requireQuery(caller, about.account(), about.member());
        }
    };

    /**
     * Reads the parameters. Rights come first: a stranger is told nothing, not even what is wrong with the query.
     *
     * @param teamId as the request names it, wherever it does; null if it does not
     * @param faults takes what is wrong with the filters, for the caller to check
     */
    public static HistoryQuery read(
            Context ctx,
            @Nullable String teamId,
            Caller caller,
            Right right,
            AccountZones zones,
            ShownHistory shown,
            Faults faults) {
        var first = new Faults();
        Optional<Asked> asked = Asked.of(caller, teamId, ctx.queryParam("userId"), first);
        first.check();
        Asked about = asked.orElseThrow();
        right.require(caller, about);
        ZoneId zone = TimeZones.read(ctx, () -> zones.of(about.account(), caller), faults);
        DateRange range = DateRange.read(ctx, zone, faults);
        boolean isExplicit = ctx.queryParam("startDate") != null;
        return new HistoryQuery(
                about.account(),
                about.member(),
                caller.scope(about.account()),
                new DateRange(shown.from(ctx, about.account(), range.from(), isExplicit), range.to()),
                filter(ctx, faults));
    }

    private static Filter filter(Context ctx, Faults faults) {
        return new Filter(
                ctx.queryParam("model"),
                ctx.queryParam("provider"),
                ctx.queryParam("promptId"),
                ctx.queryParam("workflowId"),
                ctx.queryParam("executionId"),
                executionType(ctx.queryParam("executionType"), faults),
                ctx.queryParam("apiKeyId"),
                tag(ctx.queryParam("tag"), faults),
                unpriced(ctx.queryParam("unpriced"), faults));
    }

    private static @Nullable Tag tag(@Nullable String text, Faults faults) {
        if (text == null) {
            return null;
        }
        int colon = text.indexOf(':');
        if (colon >= 1) {
            return new Tag(text.substring(0, colon), text.substring(colon + 1));
        }
        faults.add("tag", "does not name a tag and its value", "Send <name>:<value>.");
        return null;
    }

    private static @Nullable String executionType(@Nullable String text, Faults faults) {
        if (text != null && ExecutionType.parse(text).isEmpty()) {
            faults.add(
                    "executionType",
                    "is not known",
                    "Use one of "
                            + Arrays.stream(ExecutionType.values())
                                    .map(ExecutionType::value)
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        return text;
    }

    private static @Nullable Boolean unpriced(@Nullable String text, Faults faults) {
        if (text != null && !text.equals("true") && !text.equals("false")) {
            faults.add("unpriced", "is neither true nor false", "Send one of them, or leave it out for all events.");
        }
        return text == null ? null : Boolean.valueOf(text);
    }
}
