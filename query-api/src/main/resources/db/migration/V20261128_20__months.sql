-- What the tables that are cut into months have in common. Each has functions of its own, with the owner's rights, because who
-- writes rows may neither make tables nor drop them; these here are for those functions only.

-- Makes the part that holds a moment, unless it is there. Not by CREATE TABLE … PARTITION OF, which would lock out everyone who
-- reads any month.
CREATE FUNCTION pm_ensure_month(whole regclass, moment timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    after timestamptz := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    name  text := whole::text || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(whole::text || '_ensure_month', 0));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS)', name, whole);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', whole, name, month, after);
    PERFORM pm_protect(name::regclass, $policy$account = ANY ((SELECT pm_accounts())::text[])$policy$);
END
$$;
REVOKE EXECUTE ON FUNCTION pm_ensure_month(regclass, timestamptz) FROM PUBLIC;

-- Removes the months that ended before a moment, each as a whole, and tells how many.
CREATE FUNCTION pm_drop_months(whole regclass, before timestamptz) RETURNS integer
    LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
DECLARE
    month_name name;
    dropped    integer := 0;
BEGIN
    FOR month_name IN
        SELECT child.relname
        FROM pg_inherits
        JOIN pg_class child ON child.oid = pg_inherits.inhrelid
        WHERE pg_inherits.inhparent = whole
          AND child.relname ~ ('^' || whole::text || '_\d{4}_\d{2}$')
          AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= before AT TIME ZONE 'UTC'
        ORDER BY child.relname
    LOOP
        EXECUTE format('DROP TABLE %I', month_name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE EXECUTE ON FUNCTION pm_drop_months(regclass, timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION usage_history_ensure_month(moment timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
$$SELECT pm_ensure_month('usage_history', moment)$$;

CREATE OR REPLACE FUNCTION plain_events_ensure_month(moment timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
$$SELECT pm_ensure_month('plain_events', moment)$$;

-- They wait for readers for some seconds only, since everyone who comes meanwhile waits behind them; who calls tries again later.
CREATE OR REPLACE FUNCTION usage_history_drop_months(before timestamptz) RETURNS integer
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS
$$SELECT pm_drop_months('usage_history', before)$$;

CREATE OR REPLACE FUNCTION plain_events_drop_months(before timestamptz) RETURNS integer
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS
$$SELECT pm_drop_months('plain_events', before)$$;
