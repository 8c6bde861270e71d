-- What a change of an execution tells is written as one row.
COMMENT ON COLUMN execution_log.seq IS 'The number of the last event in it; those before it in the entry have the numbers before';
COMMENT ON COLUMN execution_log.entry IS 'Events in their order, one in each line';

-- Rows of these are written by those alone who hold the lock of their execution's row, under which it cannot go away. To have each
-- of them ask for the execution, and lock it, once more took a good part of what a node's result costs.
ALTER TABLE execution_log DROP CONSTRAINT execution_log_execution_id_fkey;
ALTER TABLE node_runs DROP CONSTRAINT node_runs_execution_id_fkey;
ALTER TABLE run_scopes DROP CONSTRAINT run_scopes_execution_id_fkey;
ALTER TABLE run_items DROP CONSTRAINT run_items_execution_id_fkey;

-- They still go with their execution.
CREATE FUNCTION rows_of_executions_go() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    DELETE FROM execution_log r USING gone WHERE r.execution_id = gone.id;
    DELETE FROM node_runs r USING gone WHERE r.execution_id = gone.id;
    DELETE FROM run_scopes r USING gone WHERE r.execution_id = gone.id;
    DELETE FROM run_items r USING gone WHERE r.execution_id = gone.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER executions_go
    AFTER DELETE ON executions
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT
    EXECUTE FUNCTION rows_of_executions_go();

-- Who looks for what waits in a workflow's queue need not pass all that run.
DROP INDEX executions_live;
CREATE INDEX executions_queued ON executions (workflow_id, number) WHERE status = 'queued';
CREATE INDEX executions_running ON executions (workflow_id) WHERE status = 'running';
