-- Who has read which alert. That someone has seen to an alert is for everyone; that it is read is for each person.
CREATE TABLE alert_reads (
    user_id  text NOT NULL,
    alert_id text NOT NULL REFERENCES alerts ON DELETE CASCADE,
    read_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, alert_id)
);
CREATE INDEX alert_reads_of_alert ON alert_reads (alert_id);
SELECT pm_protect('alert_reads', $$user_id = (SELECT pm_user())$$);
