package com.promptmanage.query.meters;

import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who asks, about which account, and since when they may know. {@code teamId} names another account than the caller's own. */
final class Asking {

    private final Authentication authentication;

    private final ShownHistory shown;

    Asking(Authentication authentication, ShownHistory shown) {
        this.authentication = authentication;
        this.shown = shown;
    }

    /** An account, and that its caller may do something with it. */
    record Allowed(Caller caller, Account account) {}

    /**
     * Usage that its caller may see.
     *
     * @param member whose part of the account is meant; null for all
     */
    record About(Caller caller, Account account, @Nullable String member) {}

    /** That it is known who asks, before what they ask is looked at. */
    void authenticate(Context ctx) {
        var unused = authentication.caller(ctx);
    }

    Allowed require(Context ctx, Action action) {
        Caller caller = authentication.caller(ctx);
        Account account = about(ctx, caller, null).account();
        Permissions.require(caller, action, account);
        return new Allowed(caller, account);
    }

    /**
     * What a request for usage is about. Rights come before the rest: a stranger is told nothing.
     *
     * @param subject whose part is meant; null for all
     */
    About usage(Context ctx, @Nullable String subject) {
        Caller caller = authentication.caller(ctx);
        Asked asked = about(ctx, caller, subject);
        String member = subject != null && asked.account().isTeam() ? subject : asked.member();
        if (member == null) {
            Permissions.requireQuery(caller, asked.account());
        } else {
            Permissions.requireQuery(caller, asked.account(), member);
        }
        return new About(caller, asked.account(), member);
    }

    /** The start of what is answered. */
    Instant shownFrom(Context ctx, Account account, Instant from) {
        return shownFrom(ctx, account, from, ctx.queryParam("from") != null);
    }

    /** @param isAsked whether the caller has named the start */
    Instant shownFrom(Context ctx, Account account, Instant from, boolean isAsked) {
        @Nullable Instant first = shown.from(ctx, account, from, isAsked);
        return first == null ? from : first;
    }

    private static Asked about(Context ctx, Caller caller, @Nullable String subject) {
        var faults = new Faults();
        @Nullable String team = ctx.queryParam("teamId");
        Asked about =
                Asked.of(caller, team, team == null ? null : subject, faults).orElse(null);
        faults.check();
        if (about == null) {
            throw new IllegalStateException("without a fault there is an account");
        }
        return about;
    }
}
