-- Before each paid call of an execution with a limit of its own, what its calls under way may cost is added up: of all that a
-- large loop has made, only those are looked at.
CREATE INDEX external_calls_sent ON external_calls (execution_id) WHERE state = 'sent';
