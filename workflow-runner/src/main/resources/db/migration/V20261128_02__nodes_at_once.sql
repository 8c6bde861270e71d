-- What the tier of the account allowed when the execution was begun.
ALTER TABLE executions ADD COLUMN nodes_at_once_max integer CHECK (nodes_at_once_max > 0);
COMMENT ON COLUMN executions.nodes_at_once_max IS 'How many nodes run at a time at most, whatever the workflow says; null for as many as it says';
