-- Who may see which row. Every table with tenants' data is protected by pm_protect, in the migration that creates it; a
-- test walks the catalogue and fails on a table that is not.
--
-- Two roles, made before the first migration: pm_app, which the services sign in as, and pm_system, which a transaction
-- of pm_app takes on by SET LOCAL ROLE for the services' own work. Neither is a superuser nor has BYPASSRLS.

GRANT USAGE ON SCHEMA public TO pm_app, pm_system;

CREATE FUNCTION pm_user() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.user_id', true), '');

COMMENT ON FUNCTION pm_user() IS 'The person this transaction works for, or null.';

CREATE FUNCTION pm_accounts() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.accounts', true), '')::text[], '{}');

COMMENT ON FUNCTION pm_accounts() IS 'The accounts (team:<id>, user:<id>) this transaction may work with; none unless set.';

CREATE FUNCTION pm_protect(protected regclass, visible text, writable text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    changeable text := coalesce(writable, visible);
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', protected);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', protected);
    EXECUTE format('CREATE POLICY tenant_select ON %s FOR SELECT TO pm_app USING (%s)', protected, visible);
    EXECUTE format('CREATE POLICY tenant_insert ON %s FOR INSERT TO pm_app WITH CHECK (%s)', protected, changeable);
    EXECUTE format('CREATE POLICY tenant_update ON %s FOR UPDATE TO pm_app USING (%s) WITH CHECK (%s)', protected, changeable, changeable);
    EXECUTE format('CREATE POLICY tenant_delete ON %s FOR DELETE TO pm_app USING (%s)', protected, changeable);
    EXECUTE format('CREATE POLICY system_all ON %s TO pm_system USING (true) WITH CHECK (true)', protected);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO pm_app, pm_system', protected);
END
$$;

COMMENT ON FUNCTION pm_protect(regclass, text, text) IS
    'Forces row security: tenants see the rows where visible holds and change those where writable holds (by default the same); pm_system sees all. For a table with a column account, visible is: account = ANY ((SELECT pm_accounts())::text[])';

REVOKE EXECUTE ON FUNCTION pm_protect(regclass, text, text) FROM PUBLIC;
