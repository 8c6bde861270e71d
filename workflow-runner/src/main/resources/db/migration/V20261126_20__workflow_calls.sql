-- An answer that was paid for and of which nothing can be made: who tries again asks anew.
ALTER TABLE external_calls DROP CONSTRAINT external_calls_state_check;
ALTER TABLE external_calls ADD CONSTRAINT external_calls_state_check
    CHECK (state IN ('intent', 'sent', 'answered', 'unusable', 'failed', 'ambiguous'));

-- Answers to give again are in prompt_answers.
DROP INDEX external_calls_answers;

ALTER TABLE node_runs ADD COLUMN budgets text;
COMMENT ON COLUMN node_runs.budgets IS 'The budgets that its last call counts towards, as they stood before it, as JSON';

ALTER TABLE executions ADD COLUMN ended_at timestamptz;
UPDATE executions SET ended_at = completed_at WHERE completed_at IS NOT NULL;
DROP INDEX executions_ended;
CREATE INDEX executions_ended ON executions (ended_at) WHERE ended_at IS NOT NULL;
COMMENT ON COLUMN executions.ended_at IS 'By the database''s clock, not by that of the process that ended it: decides when it is forgotten';

-- What people were told of an execution, so that they are told once.
CREATE TABLE execution_alerts (
    execution_id text NOT NULL REFERENCES executions ON DELETE CASCADE,
    id           text NOT NULL,
    raised_at    timestamptz NOT NULL,
    PRIMARY KEY (execution_id, id)
);
SELECT pm_protect('execution_alerts', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
