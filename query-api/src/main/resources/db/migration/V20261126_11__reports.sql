-- Reports that are sent on a schedule. The period that is reported next, and by when, is in the row: so it is not forgotten
-- by a process that stops, nor reported by two.
CREATE TABLE report_schedules (
    id               text PRIMARY KEY,
    account          text NOT NULL CHECK (account ~ '^(team|user):.'),
    name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    frequency        text NOT NULL CHECK (frequency IN ('daily', 'weekly', 'monthly')),
    at               time NOT NULL,
    timezone         text,
    recipients       text[] NOT NULL,
    enabled          boolean NOT NULL DEFAULT true,
    created_by       text NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    next_period      date NOT NULL,
    due_at           timestamptz NOT NULL,
    attempts         integer NOT NULL DEFAULT 0,
    first_attempt_at timestamptz,
    leased_until     timestamptz,
    lease            bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN report_schedules.timezone IS 'Null for the account''s own';
COMMENT ON COLUMN report_schedules.next_period IS 'The first day of the period that is reported next';
COMMENT ON COLUMN report_schedules.lease IS 'Rises each time a process takes the report on; who holds an older number has lost it';
CREATE INDEX report_schedules_of_account ON report_schedules (account);
CREATE INDEX report_schedules_due ON report_schedules (due_at) WHERE enabled;
SELECT pm_protect('report_schedules', $$account = ANY ((SELECT pm_accounts())::text[])$$);

-- What became of each period's report.
CREATE TABLE report_deliveries (
    schedule_id  text NOT NULL REFERENCES report_schedules ON DELETE CASCADE,
    frequency    text NOT NULL,
    period_start date NOT NULL,
    account      text NOT NULL,
    status       text NOT NULL CHECK (status IN ('sent', 'failed')),
    attempts     integer NOT NULL,
    problem      text,
    finished_at  timestamptz NOT NULL,
    PRIMARY KEY (schedule_id, frequency, period_start)
);
SELECT pm_protect('report_deliveries', $$account = ANY ((SELECT pm_accounts())::text[])$$);
