package com.promptmanage.runner.journal;

/**
 * What belongs to a team that was deleted, or to someone whose account is disabled, begins nothing, and what was under way is
 * cancelled; so it spends nothing.
 */
public final class GoneAccounts {

    private GoneAccounts() {}

    /**
     * A condition of SQL, for those who see everyone's rows.
     *
     * @param account the column that it is about, as the statement names it; never what a caller sent
     */
    public static String exclude(String account) {
        return """
                 NOT EXISTS (SELECT 1 FROM teams gone WHERE gone.deleted_at IS NOT NULL
                    AND gone.id = substr(%1$s, 6) AND %1$s LIKE 'team:%%')
                 AND NOT EXISTS (SELECT 1 FROM users gone WHERE gone.disabled_at IS NOT NULL
                    AND gone.id = substr(%1$s, 6) AND %1$s LIKE 'user:%%')
                """.formatted(account);
    }
}
