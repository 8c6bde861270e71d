CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic        text NOT NULL,
    record_key   bytea NOT NULL,
    record_value bytea,
    headers      jsonb NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE outbox IS 'Records on their way to Kafka, in the order of id for each topic and key; deleted when Kafka has them';
COMMENT ON COLUMN outbox.record_value IS 'null deletes the key from a compacted topic';

-- Tenants' transactions may add and never look: what waits here is of all tenants.
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_insert ON outbox FOR INSERT TO pm_app WITH CHECK (true);
CREATE POLICY system_all ON outbox TO pm_system USING (true) WITH CHECK (true);
GRANT INSERT ON outbox TO pm_app;
GRANT SELECT, INSERT, DELETE ON outbox TO pm_system;

-- Vacuum early: the table is short and all of it changes.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
