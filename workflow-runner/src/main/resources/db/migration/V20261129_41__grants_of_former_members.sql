-- Who is taken out of a team, or leaves it, keeps nothing of what was shared with them by name there. What they were given by other
-- accounts is not the team's to take.
CREATE FUNCTION workflow_grants_of_former_member() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    DELETE FROM workflow_permissions WHERE account = 'team:' || OLD.team_id AND user_id = OLD.user_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER team_members_gone_workflows
    AFTER DELETE ON team_members
    FOR EACH ROW
    EXECUTE FUNCTION workflow_grants_of_former_member();
