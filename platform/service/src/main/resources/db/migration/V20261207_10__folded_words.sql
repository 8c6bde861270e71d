-- What is searched for and sorted by people's words, in whichever case they write them. The database's own locale may know of no letter
-- beyond those of English (C does not), and so a collation is named that knows all of them: that of ICU, or from PostgreSQL 17 on the
-- one that is built in. Only a server that has neither, or a database that is not in UTF-8, goes by its own locale.
DO
$$
DECLARE
    knowing_all text := (SELECT format('COLLATE %I.%I', 'pg_catalog', collname) FROM pg_collation
                         WHERE collnamespace = 'pg_catalog'::regnamespace AND collname IN ('und-x-icu', 'pg_c_utf8')
                           AND getdatabaseencoding() = 'UTF8'
                         ORDER BY collname DESC LIMIT 1);
BEGIN
    EXECUTE format('CREATE FUNCTION pm_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN upper(words %s)',
                   coalesce(knowing_all, ''));
END
$$;

COMMENT ON FUNCTION pm_folded(text) IS 'The same for words that differ in their case only, whatever the locale of the database.';
