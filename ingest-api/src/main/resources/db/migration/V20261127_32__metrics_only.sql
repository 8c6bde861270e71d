-- Keys whose senders tell usage by metrics alone.
ALTER TABLE key_attributes ADD COLUMN metrics_since timestamptz;
COMMENT ON COLUMN key_attributes.metrics_since IS 'From then on what is sent with the key is counted from metrics, and not from spans and log records; null for the other way round';

-- How far sums that only ever grow have been counted: one row for each series and start of its sender.
CREATE TABLE counted_series (
    account    text NOT NULL,
    series     bytea NOT NULL,
    end_nanos  bigint NOT NULL,
    counted    jsonb NOT NULL,
    counts     integer NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account, series)
);
COMMENT ON COLUMN counted_series.end_nanos IS 'Since 1970: the latest time that was told';
COMMENT ON COLUMN counted_series.counted IS 'The sum of each type of token that is counted';
COMMENT ON COLUMN counted_series.counts IS 'How many events were made of it: a part of their ids';
CREATE INDEX counted_series_by_age ON counted_series (changed_at);
SELECT pm_protect('counted_series', $$account = ANY ((SELECT pm_accounts())::text[])$$);
