-- What an account's workflows, or one of them, have put out is listed by when it was there, the newest first.
CREATE INDEX executions_completed_of_account ON executions (account, completed_at, number) WHERE status = 'completed';
CREATE INDEX executions_completed_of_workflow ON executions (workflow_id, completed_at, number) WHERE status = 'completed';
