-- Of which metering the history is. Another one rates the same events once more, and they would be in the history twice.
CREATE TABLE history_origins (
    application_id text PRIMARY KEY
);
COMMENT ON TABLE history_origins IS 'One row: who writes it holds a lock and looks first';
SELECT pm_protect('history_origins', 'false');
