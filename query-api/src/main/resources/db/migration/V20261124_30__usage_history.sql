-- How far each topic has been copied into tables. Moved on in the transaction that writes the rows, so that a record is
-- written once whatever fails in between.
CREATE TABLE copied_offsets (
    topic       text NOT NULL,
    topic_id    uuid NOT NULL,
    "partition" integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, topic_id, "partition")
);
COMMENT ON COLUMN copied_offsets.topic_id IS 'Kafka''s own id: a topic that is deleted and made again begins anew';
SELECT pm_protect('copied_offsets', 'false');

-- Every unique usage event, as it came, with what it cost.
CREATE TABLE usage_history (
    id                     bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000),
    account                text NOT NULL,
    time                   timestamptz NOT NULL,
    source                 text NOT NULL,
    event_id               text NOT NULL,
    user_id                text NOT NULL,
    model                  text NOT NULL,
    provider               text,
    execution_type         text NOT NULL,
    prompt_id              text,
    run_id                 text,
    workflow_id            text,
    execution_id           text,
    node_id                text,
    api_key_id             text,
    conversation_id        text,
    service_tier           text,
    reservation_id         text,
    duration_ms            bigint,
    tags                   jsonb NOT NULL DEFAULT '{}',
    input_tokens           bigint NOT NULL,
    cache_read_tokens      bigint NOT NULL,
    cache_write_5m_tokens  bigint NOT NULL,
    cache_write_1h_tokens  bigint NOT NULL,
    input_audio_tokens     bigint NOT NULL,
    input_image_tokens     bigint NOT NULL,
    output_tokens          bigint NOT NULL,
    reasoning_tokens       bigint NOT NULL,
    output_audio_tokens    bigint NOT NULL,
    output_image_tokens    bigint NOT NULL,
    reported_cost_nano_usd bigint,
    cost_nano_usd          bigint,
    costs                  jsonb NOT NULL DEFAULT '{}',
    price_id               text,
    unpriced               boolean NOT NULL,
    CHECK (unpriced = (cost_nano_usd IS NULL)),
    PRIMARY KEY (account, time, id)
) PARTITION BY RANGE (time);
COMMENT ON TABLE usage_history IS 'By month of the event''s time, in UTC. What identifies an event is not unique here: after the time for which duplicates are remembered, the same id counts again, in the ledger as here';
COMMENT ON COLUMN usage_history.costs IS 'nanoUSD by kind of token; adds up to cost_nano_usd';
CREATE INDEX usage_history_of_member ON usage_history (account, user_id, time, id);

SELECT pm_protect('usage_history', $$account = ANY ((SELECT pm_accounts())::text[])$$);

-- Makes the partition that holds a moment, unless it is there. Not by CREATE TABLE … PARTITION OF, which would lock out
-- everyone who reads any month.
CREATE FUNCTION usage_history_ensure_month(moment timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    after timestamptz := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    name  text := 'usage_history_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('usage_history_ensure_month', 0));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE usage_history INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS)', name);
    EXECUTE format('ALTER TABLE usage_history ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month, after);
    PERFORM pm_protect(name::regclass, $policy$account = ANY ((SELECT pm_accounts())::text[])$policy$);
END
$$;
COMMENT ON FUNCTION usage_history_ensure_month(timestamptz) IS 'With the owner''s rights: who writes rows may not make tables';
REVOKE EXECUTE ON FUNCTION usage_history_ensure_month(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_history_ensure_month(timestamptz) TO pm_system;

-- Running sums of what usage.rated said, kept apart from the rows so that the one can be held against the other.
CREATE TABLE rated_totals (
    account         text NOT NULL,
    day             date NOT NULL,
    events          bigint NOT NULL,
    unpriced_events bigint NOT NULL,
    tokens          bigint NOT NULL,
    cost_nano_usd   bigint NOT NULL,
    PRIMARY KEY (account, day)
);
COMMENT ON COLUMN rated_totals.day IS 'Of the event''s time, in UTC';
SELECT pm_protect('rated_totals', $$account = ANY ((SELECT pm_accounts())::text[])$$);
