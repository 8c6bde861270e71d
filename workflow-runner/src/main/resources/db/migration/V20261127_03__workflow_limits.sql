-- How many executions an account has begun in a month of UTC, where the operator enforces tiers. Executions that are over are
-- removed after a while, and so cannot be counted themselves.
CREATE TABLE workflow_run_counts (
    account text NOT NULL CHECK (account ~ '^(team|user):.'),
    month   date NOT NULL,
    runs    bigint NOT NULL,
    PRIMARY KEY (account, month)
);
SELECT pm_protect('workflow_run_counts', $$account = ANY ((SELECT pm_accounts())::text[])$$, 'false');

-- What runs by itself in the account of someone whom nobody lets in any more, runs no more.
CREATE FUNCTION workflows_of_disabled() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE workflows SET status = 'paused' WHERE account = 'user:' || NEW.id AND status = 'active';
    UPDATE workflow_schedules SET enabled = false, next_fire_at = NULL WHERE account = 'user:' || NEW.id AND enabled;
    UPDATE data_sources SET status = 'paused' WHERE account = 'user:' || NEW.id AND status = 'active';
    DELETE FROM workflow_permissions WHERE account = 'user:' || NEW.id OR user_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_disabled_workflows
    AFTER UPDATE OF disabled_at ON users
    FOR EACH ROW
    WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION workflows_of_disabled();
