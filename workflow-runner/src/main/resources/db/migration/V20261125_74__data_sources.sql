CREATE TABLE data_sources (
    id             text PRIMARY KEY,
    account        text NOT NULL CHECK (account ~ '^(team|user):.'),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description    text,
    type           text NOT NULL,
    config         jsonb NOT NULL DEFAULT '{}',
    credential_id  text REFERENCES credentials ON DELETE SET NULL,
    status         text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'error', 'paused', 'disconnected')),
    sync_frequency text NOT NULL DEFAULT 'manual' CHECK (sync_frequency IN ('real-time', 'hourly', 'daily', 'weekly', 'manual')),
    sync_mode      text NOT NULL DEFAULT 'full' CHECK (sync_mode IN ('full', 'incremental')),
    since_field    text NOT NULL DEFAULT 'updated_at',
    last_sync_at   timestamptz,
    next_sync_at   timestamptz,
    error_log      text,
    error_count    integer NOT NULL DEFAULT 0 CHECK (error_count >= 0),
    created_by     text,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
COMMENT ON COLUMN data_sources.last_sync_at IS 'When the last sync that was completed had begun: what has changed since then comes with the next incremental one';
COMMENT ON COLUMN data_sources.error_count IS 'Syncs that failed in a row';
CREATE INDEX data_sources_of_account ON data_sources (account, id);
CREATE INDEX data_sources_due ON data_sources (next_sync_at) WHERE status = 'active' AND next_sync_at IS NOT NULL;

CREATE TABLE data_source_files (
    data_source_id text PRIMARY KEY REFERENCES data_sources ON DELETE CASCADE,
    account        text NOT NULL,
    content        bytea NOT NULL CHECK (length(content) <= 10485760),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE data_source_syncs (
    id                text PRIMARY KEY,
    account           text NOT NULL,
    data_source_id    text NOT NULL REFERENCES data_sources ON DELETE CASCADE,
    mode              text NOT NULL CHECK (mode IN ('full', 'incremental')),
    status            text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    triggered_by      text,
    started_at        timestamptz NOT NULL,
    completed_at      timestamptz,
    lease_until       timestamptz NOT NULL,
    records_fetched   integer NOT NULL DEFAULT 0,
    records_processed integer NOT NULL DEFAULT 0,
    records_failed    integer NOT NULL DEFAULT 0,
    bytes_transferred bigint NOT NULL DEFAULT 0,
    error_message     text,
    error_details     jsonb
);
COMMENT ON COLUMN data_source_syncs.lease_until IS 'A running sync that is not heard of until then is taken for dead';
CREATE INDEX data_source_syncs_of_source ON data_source_syncs (data_source_id, started_at DESC);
-- One at a time for each source.
CREATE UNIQUE INDEX data_source_syncs_running ON data_source_syncs (data_source_id) WHERE status = 'running';

CREATE TABLE synced_records (
    data_source_id text NOT NULL REFERENCES data_sources ON DELETE CASCADE,
    record_key     text NOT NULL,
    account        text NOT NULL,
    record         jsonb NOT NULL,
    sync_id        text NOT NULL,
    synced_at      timestamptz NOT NULL,
    PRIMARY KEY (data_source_id, record_key)
);
COMMENT ON COLUMN synced_records.record_key IS 'The record''s own id, or a hash of it where it has none';

SELECT pm_protect('data_sources', $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('data_source_files', $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('data_source_syncs', $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('synced_records', $$account = ANY ((SELECT pm_accounts())::text[])$$);
