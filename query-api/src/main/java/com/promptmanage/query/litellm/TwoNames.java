package com.promptmanage.query.litellm;

import com.promptmanage.service.http.ProblemException;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What goes by several names, LiteLLM's and ours, and is told by one of them: of two that differ none can be meant. */
final class TwoNames {

    private static final String OURS = "teamId";

    private static final String ONE = "team_id";

    private static final String SEVERAL = "team_ids";

    private static final String END_USER = "end_user";

    private static final String CUSTOMER = "customer_id";

    private TwoNames() {}

    /**
     * The one team that is asked about, where LiteLLM's nothing stands for none.
     *
     * @throws ProblemException 400 if two differ
     */
    static @Nullable String team(Context ctx) {
        requireOneTeam(ctx);
        @Nullable String ours = ctx.queryParam(OURS);
        @Nullable String theirs = ctx.queryParam(ONE);
        return ours == null && theirs != null && !theirs.isBlank() ? theirs : ours;
    }

    /**
     * Ids with commas; null or blank if none is named.
     *
     * @throws ProblemException 400 if two differ
     */
    static @Nullable String teams(Context ctx) {
        requireOneTeam(ctx);
        return areTeamsNamed(ctx) ? theirTeams(ctx) : ctx.queryParam(OURS);
    }

    /** Whether LiteLLM's words name any. Some of its routes take several, some one. */
    static boolean areTeamsNamed(Context ctx) {
        @Nullable String named = theirTeams(ctx);
        return named != null && !named.isBlank();
    }

    /**
     * Whom the calls named; null for anyone.
     *
     * @throws ProblemException 400 if two differ
     */
    static @Nullable String endUser(Context ctx) {
        @Nullable String endUser = ctx.queryParam(END_USER);
        @Nullable String customer = ctx.queryParam(CUSTOMER);
        if (endUser != null && customer != null && !endUser.equals(customer)) {
            throw differ(CUSTOMER, END_USER);
        }
        return endUser == null ? customer : endUser;
    }

    private static @Nullable String theirTeams(Context ctx) {
        @Nullable String several = ctx.queryParam(SEVERAL);
        return several == null ? ctx.queryParam(ONE) : several;
    }

    private static void requireOneTeam(Context ctx) {
        @Nullable String first = null;
        for (String name : List.of(OURS, ONE, SEVERAL)) {
            Set<String> named = ids(ctx.queryParam(name));
            if (named.isEmpty()) {
                continue;
            }
            if (first == null) {
                first = name;
            } else if (!named.equals(ids(ctx.queryParam(first)))) {
                throw differ(name, first);
            }
        }
    }

    private static Set<String> ids(@Nullable String text) {
        var ids = new TreeSet<String>();
        if (text != null) {
            Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .filter(id -> !id.isEmpty())
                    .forEach(ids::add);
        }
        return ids;
    }

    private static ProblemException differ(String name, String other) {
        return ProblemException.invalid(name, "names another than %s does".formatted(other), "Send one of them.");
    }
}
