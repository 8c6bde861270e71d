-- Whoever looks at an execution sees which were begun from it, so that nobody begins and pays for the same again unawares.
CREATE INDEX executions_rerun_of ON executions (rerun_of, number) WHERE rerun_of IS NOT NULL;
