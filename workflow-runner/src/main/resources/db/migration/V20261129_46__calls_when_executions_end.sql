-- Those who own the tables see no rows of them unless they say so.
ALTER TABLE executions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE node_runs NO FORCE ROW LEVEL SECURITY;
ALTER TABLE external_calls NO FORCE ROW LEVEL SECURITY;

ALTER TABLE executions ADD COLUMN unpriced_calls integer NOT NULL DEFAULT 0;
ALTER TABLE node_runs ADD COLUMN unpriced_calls integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN executions.unpriced_calls IS 'Calls of models without a list price: what they cost is not in cost_nano_usd';
UPDATE node_runs n SET unpriced_calls = c.calls
FROM (SELECT node_run_id, count(*) AS calls FROM external_calls
      WHERE usage IS NOT NULL AND cost_nano_usd IS NULL GROUP BY node_run_id) c
WHERE n.id = c.node_run_id;
UPDATE executions e SET unpriced_calls = c.calls
FROM (SELECT execution_id, count(*) AS calls FROM external_calls
      WHERE usage IS NOT NULL AND cost_nano_usd IS NULL GROUP BY execution_id) c
WHERE e.id = c.execution_id;

-- What was under way when an execution ended was perhaps paid for, whether or not anyone ever says how it went on.
COMMENT ON COLUMN external_calls.is_wasted IS
    'Perhaps paid for and of no use: nobody knows whether it was answered, or its execution had ended by then';
UPDATE external_calls c SET is_wasted = true
FROM executions e
WHERE e.id = c.execution_id AND c.state = 'sent' AND e.status IN ('completed', 'failed', 'cancelled', 'timeout');
UPDATE executions e SET wasted_nano_usd = w.nano_usd
FROM (SELECT execution_id, CAST(coalesce(sum(coalesce(cost_nano_usd, estimate_nano_usd)), 0) AS bigint) AS nano_usd
      FROM external_calls WHERE is_wasted
        AND execution_id IN (SELECT execution_id FROM external_calls WHERE is_wasted AND state = 'sent')
      GROUP BY execution_id) w
WHERE e.id = w.execution_id;

ALTER TABLE executions ADD COLUMN max_cost_nano_usd bigint;
COMMENT ON COLUMN executions.max_cost_nano_usd IS 'What whoever resumed it allows, in place of its version''s limit';
ALTER TABLE executions ADD COLUMN take_up_at timestamptz;
ALTER TABLE executions ADD COLUMN take_up_seconds integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN executions.take_up_at IS 'When it goes on by itself, if it stands still for what may pass; or when it last did';
COMMENT ON COLUMN executions.take_up_seconds IS 'How long it waits for that';
CREATE INDEX executions_take_up ON executions (take_up_at) WHERE status = 'paused_budget';

ALTER TABLE executions FORCE ROW LEVEL SECURITY;
ALTER TABLE node_runs FORCE ROW LEVEL SECURITY;
ALTER TABLE external_calls FORCE ROW LEVEL SECURITY;
