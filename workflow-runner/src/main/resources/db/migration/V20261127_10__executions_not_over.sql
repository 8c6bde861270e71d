-- Read every second, in search of executions whose workflow or team was deleted: only those that are not over are in it.
CREATE INDEX executions_open_of_account ON executions (account)
    WHERE status IN ('queued', 'running', 'paused', 'paused_budget');

-- Written and read whole, with what they hold in the order in which it came.
ALTER TABLE data_sources ALTER COLUMN config DROP DEFAULT;
ALTER TABLE data_sources ALTER COLUMN config TYPE json USING config::json;
ALTER TABLE data_sources ALTER COLUMN config SET DEFAULT '{}';
ALTER TABLE synced_records ALTER COLUMN record TYPE json USING record::json;
