-- What Langfuse's SDKs told of traces and calls so far. They tell a call in several requests: its model when it begins, its
-- tokens when it ends; and whose it is with the trace. Kept for as long as calls last, not for good.
CREATE TABLE langfuse_objects (
    account    text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('trace', 'call')),
    id         text NOT NULL,
    told       jsonb NOT NULL,
    told_at    timestamptz NOT NULL,
    counted    bigint[],
    counts     integer NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account, kind, id)
);
COMMENT ON COLUMN langfuse_objects.told_at IS 'The sender''s time of the newest that was told';
COMMENT ON COLUMN langfuse_objects.counted IS 'The tokens, by kind, of which the broker has events; null if there is none';
COMMENT ON COLUMN langfuse_objects.counts IS 'How many events those are';
CREATE INDEX langfuse_objects_changed ON langfuse_objects (changed_at);
SELECT pm_protect('langfuse_objects', $$account = ANY ((SELECT pm_accounts())::text[])$$);
