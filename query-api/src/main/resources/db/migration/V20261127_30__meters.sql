-- Events of types that are not ours, as they came: what people's own meters add up.
CREATE TABLE plain_events (
    id          bigint GENERATED ALWAYS AS IDENTITY (CACHE 1000),
    account     text NOT NULL,
    time        timestamptz NOT NULL,
    identity    bytea NOT NULL,
    source      text NOT NULL,
    event_id    text NOT NULL,
    type        text NOT NULL,
    subject     text NOT NULL,
    data        jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    position    bigint NOT NULL,
    PRIMARY KEY (account, time, id)
) PARTITION BY RANGE (time);
COMMENT ON TABLE plain_events IS 'By month of the event''s time, in UTC. Each event once, for as long as it is kept: whoever writes looks for its identity before, and the offsets of its partition keep writers apart';
COMMENT ON COLUMN plain_events.identity IS 'SHA-256 of account, source and id, a line each: of what they may be, an index entry is not large enough';
COMMENT ON COLUMN plain_events.position IS 'The offset of its record: the order in which an account''s events came';
CREATE INDEX plain_events_by_type ON plain_events (account, type, time);
CREATE INDEX plain_events_by_identity ON plain_events (identity);
SELECT pm_protect('plain_events', $$account = ANY ((SELECT pm_accounts())::text[])$$);

CREATE FUNCTION plain_event_identity(account text, source text, event_id text) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(convert_to(account || chr(10) || source || chr(10) || event_id, 'UTF8'));

-- As usage_history_ensure_month.
CREATE FUNCTION plain_events_ensure_month(moment timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    after timestamptz := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    name  text := 'plain_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('plain_events_ensure_month', 0));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE plain_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS)', name);
    EXECUTE format('ALTER TABLE plain_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month, after);
    PERFORM pm_protect(name::regclass, $policy$account = ANY ((SELECT pm_accounts())::text[])$policy$);
END
$$;
REVOKE EXECUTE ON FUNCTION plain_events_ensure_month(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plain_events_ensure_month(timestamptz) TO pm_system;

-- As usage_history_drop_months.
CREATE FUNCTION plain_events_drop_months(before timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS
$$
DECLARE
    month_name name;
    dropped    integer := 0;
BEGIN
    FOR month_name IN
        SELECT child.relname
        FROM pg_inherits
        JOIN pg_class child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = 'plain_events'::regclass
          AND child.relname ~ '^plain_events_\d{4}_\d{2}$'
          AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= before AT TIME ZONE 'UTC'
        ORDER BY child.relname
    LOOP
        EXECUTE format('DROP TABLE %I', month_name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE EXECUTE ON FUNCTION plain_events_drop_months(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION plain_events_drop_months(timestamptz) TO pm_system;

-- What people want to have added up of plain events. A definition is looked at when it is asked, so it holds for events of before too.
CREATE TABLE meters (
    account        text NOT NULL CHECK (account ~ '^(team|user):.'),
    slug           text NOT NULL CHECK (slug ~ '^[a-z0-9]+(_[a-z0-9]+)*$' AND length(slug) <= 64),
    id             text NOT NULL,
    name           text NOT NULL,
    description    text,
    aggregation    text NOT NULL CHECK (aggregation IN ('COUNT', 'SUM', 'UNIQUE_COUNT', 'AVG', 'MIN', 'MAX', 'LATEST')),
    event_type     text NOT NULL,
    event_from     timestamptz,
    value_property text CHECK ((value_property IS NULL) = (aggregation = 'COUNT')),
    group_by       jsonb NOT NULL,
    metadata       jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (account, slug),
    UNIQUE (account, id)
);
COMMENT ON COLUMN meters.value_property IS 'A JSONPath of names and places, for example $.bytes';
COMMENT ON COLUMN meters.group_by IS 'Such a path by the name of each group';
SELECT pm_protect('meters', $$account = ANY ((SELECT pm_accounts())::text[])$$);
