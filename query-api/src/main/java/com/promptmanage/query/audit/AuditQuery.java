package com.promptmanage.query.audit;

import com.promptmanage.query.request.DateRange;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are asked for; what is null does not matter.
 *
 * @param actorId a user's id, or a key's
 */
record AuditQuery(
        Account account,
        @Nullable String action,
        @Nullable String actorId,
        @Nullable String resourceType,
        @Nullable String resourceId,
        DateRange range) {

    static AuditQuery read(Context ctx, Account account, ZoneId zone, Faults faults) {
        return new AuditQuery(
                account,
                filter(ctx, "action", faults),
                filter(ctx, "actorId", faults),
                filter(ctx, "resourceType", faults),
                filter(ctx, "resourceId", faults),
                DateRange.read(ctx, zone, faults));
    }

    private static @Nullable String filter(Context ctx, String name, Faults faults) {
        @Nullable String value = ctx.queryParam(name);
        if (value != null && !Account.isId(value)) {
            faults.add(name, "is not a name", "Send 1 to 256 characters, none of them a control character.");
            return null;
        }
        return value;
    }
}
