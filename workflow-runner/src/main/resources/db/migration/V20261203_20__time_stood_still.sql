-- How long an execution took is how long it ran: not what lay between a failure or a pause and its being taken up again.
ALTER TABLE executions
    ADD COLUMN stands_still_since timestamptz,
    ADD COLUMN stood_still_ms     bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN executions.stands_still_since IS
    'since when it has not run, once it had begun; null while it runs, and of what ended before this column was there';
COMMENT ON COLUMN executions.stood_still_ms IS 'of the times between its beginning and its end, those in which it did not run';
