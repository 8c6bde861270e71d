-- Removes the months of history that ended before a moment, each with its whole partition. Waits for readers for some
-- seconds only, since everyone who comes meanwhile waits behind it; who calls tries again later.
CREATE FUNCTION usage_history_drop_months(before timestamptz) RETURNS integer
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
        WHERE pg_inherits.inhparent = 'usage_history'::regclass
          AND child.relname ~ '^usage_history_\d{4}_\d{2}$'
          AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= before AT TIME ZONE 'UTC'
        ORDER BY child.relname
    LOOP
        EXECUTE format('DROP TABLE %I', month_name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION usage_history_drop_months(timestamptz) IS 'With the owner''s rights: who writes rows may not drop tables';
REVOKE EXECUTE ON FUNCTION usage_history_drop_months(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_history_drop_months(timestamptz) TO pm_system;

CREATE INDEX rated_totals_by_day ON rated_totals (day);
CREATE INDEX alerts_by_age ON alerts (raised_at);
