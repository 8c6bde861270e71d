package com.promptmanage.service.database;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads in the database's own catalogue whether row-level security holds. Each service with migrations has a test that
 * expects no problem, so a new table without a policy fails the build.
 */
public final class RowSecurity {

    /** Tables without tenants' rows, each with the reason. */
    private static final Map<String, String> NOT_OF_TENANTS =
            Map.of("flyway_schema_history", "which migrations were applied; the application's roles may not read it");

    private RowSecurity() {}

    private record Table(String name, boolean forced, int policies, int boundless, boolean granted) {}

    /** One sentence for each table that is not held; empty if all are. */
    public static List<String> problems(Database database) {
        var problems = new ArrayList<String>();
        for (Table table : database.<List<Table>, RuntimeException>asSystem(handle -> handle.createQuery("""
                        SELECT c.oid::regclass::text AS name,
                               c.relrowsecurity AND c.relforcerowsecurity AS forced,
                               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
                               (SELECT count(*) FROM pg_policies p
                                WHERE p.schemaname = 'public' AND p.tablename = c.relname
                                  AND p.roles <> '{pm_system}' AND p.qual = 'true') AS boundless,
                               has_table_privilege('pm_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS granted
                        FROM pg_class c
                        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                        ORDER BY name
                        """)
                .map((row, ctx) -> new Table(
                        row.getString("name"),
                        row.getBoolean("forced"),
                        row.getInt("policies"),
                        row.getInt("boundless"),
                        row.getBoolean("granted")))
                .list())) {
            if (NOT_OF_TENANTS.containsKey(table.name())) {
                if (table.granted()) {
                    problems.add(table.name() + " is not for tenants, but pm_app has rights on it");
                }
            } else if (!table.forced() || table.policies() == 0) {
                problems.add(table.name()
                        + " has no forced row-level security: call pm_protect in the migration that creates it");
            } else if (table.boundless() > 0) {
                problems.add(table.name() + " has a policy that shows every row to everyone");
            }
        }
        return List.copyOf(problems);
    }
}
