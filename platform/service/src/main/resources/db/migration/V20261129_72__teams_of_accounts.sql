-- A policy that puts an account together from a team's id is asked of every row: whoever read the name of one person read the
-- members of all teams. One that compares the id itself finds in an index what may be seen.
CREATE FUNCTION pm_teams() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ARRAY(SELECT substr(account, 6) FROM unnest(pm_accounts()) AS mine (account) WHERE starts_with(account, 'team:'));

COMMENT ON FUNCTION pm_teams() IS 'The ids of the teams among pm_accounts()';

ALTER POLICY tenant_select ON teams USING (id = ANY ((SELECT pm_teams())::text[]));
ALTER POLICY tenant_select ON team_members
    USING (team_id = ANY ((SELECT pm_teams())::text[]) OR user_id = (SELECT pm_user()));
