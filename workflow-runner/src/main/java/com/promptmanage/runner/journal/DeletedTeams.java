package com.promptmanage.runner.journal;

/** What belongs to a team that was deleted begins nothing, and what was under way is cancelled; so it spends nothing. */
public final class DeletedTeams {

    private DeletedTeams() {}

    /**
     * A condition of SQL, for those who see everyone's rows.
     *
     * @param account the column that it is about, as the statement names it; never what a caller sent
     */
    public static String exclude(String account) {
        return """
                 NOT EXISTS (SELECT 1 FROM teams gone WHERE gone.deleted_at IS NOT NULL
                    AND gone.id = substr(%1$s, 6) AND %1$s LIKE 'team:%%')
                """.formatted(account);
    }
}
