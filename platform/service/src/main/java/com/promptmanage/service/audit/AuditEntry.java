package com.promptmanage.service.audit;

import com.promptmanage.topics.account.Account;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change.
 *
 * @param account whose it is
 * @param action what was done, as {@code thing_done}: lower-case letters, digits and underscores
 * @param resourceType of the thing that was changed, for example {@code member}
 * @param resourceId its id
 * @param before what was changed, as it was; null if it was not there
 * @param after what was changed, as it is; null if it is not there any more
 */
public record AuditEntry(
        Account account,
        String action,
        String resourceType,
        String resourceId,
        @Nullable Map<String, ?> before,
        @Nullable Map<String, ?> after) {

    public static AuditEntry added(
            Account account, String action, String resourceType, String resourceId, Map<String, ?> after) {
        return new AuditEntry(account, action, resourceType, resourceId, null, after);
    }

    public static AuditEntry removed(
            Account account, String action, String resourceType, String resourceId, Map<String, ?> before) {
        return new AuditEntry(account, action, resourceType, resourceId, before, null);
    }
}
