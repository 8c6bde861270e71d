-- What an execution need not do, since the failed one that it goes on from has done it, by an older version of the workflow.
CREATE TABLE kept_runs (
    execution_id text NOT NULL REFERENCES executions ON DELETE CASCADE,
    scope        text NOT NULL,
    node_id      text NOT NULL,
    node_run_id  bigint NOT NULL,
    PRIMARY KEY (execution_id, scope, node_id)
);
COMMENT ON COLUMN kept_runs.node_run_id IS 'The other execution''s, whose output this one''s is; if that is forgotten by then, the node is run';
SELECT pm_protect('kept_runs', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');

ALTER TABLE executions ADD COLUMN keeps boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN executions.keeps IS 'Whether there are kept_runs of it: no other looks for them';
