-- Usage that was sent and deliberately not counted. For people who ask where it went: nothing is added up from it, and what
-- is sent again is in it again.
CREATE TABLE ignored_usage (
    account text NOT NULL,
    day     date NOT NULL,
    signal  text NOT NULL,
    service text NOT NULL,
    reason  text NOT NULL,
    records bigint NOT NULL,
    tokens  bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (account, day, signal, service, reason)
);
COMMENT ON COLUMN ignored_usage.service IS 'What sent it, in its own words: service.name; empty if it does not say';
CREATE INDEX ignored_usage_day ON ignored_usage (day);
SELECT pm_protect('ignored_usage', $$account = ANY ((SELECT pm_accounts())::text[])$$);
