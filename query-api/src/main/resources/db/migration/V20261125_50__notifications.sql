-- Where alerts are sent, besides being listed.
CREATE TABLE notification_channels (
    id              text PRIMARY KEY,
    account         text NOT NULL CHECK (account ~ '^(team|user):.'),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind            text NOT NULL CHECK (kind IN ('webhook', 'slack', 'teams', 'email')),
    joins           boolean NOT NULL,
    sealed          text NOT NULL,
    minimum_level   text NOT NULL CHECK (minimum_level IN ('info', 'warning', 'critical')),
    enabled         boolean NOT NULL DEFAULT true,
    disabled_reason text,
    failing_since   timestamptz,
    created_by      text NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    leased_until    timestamptz,
    lease           bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN notification_channels.sealed IS 'Address and secrets, encrypted: who has them can write to where they lead';
COMMENT ON COLUMN notification_channels.joins IS 'Whether it can tell of several alerts at once';
COMMENT ON COLUMN notification_channels.failing_since IS 'The first failure since something was last delivered';
COMMENT ON COLUMN notification_channels.lease IS 'Rises each time a process takes the channel on; who holds an older number has lost it';
CREATE INDEX notification_channels_of_account ON notification_channels (account);
SELECT pm_protect('notification_channels', $$account = ANY ((SELECT pm_accounts())::text[])$$);

CREATE TABLE notification_preferences (
    account     text PRIMARY KEY CHECK (account ~ '^(team|user):.'),
    preferences jsonb NOT NULL,
    updated_at  timestamptz NOT NULL
);
COMMENT ON COLUMN notification_preferences.preferences IS 'As the API answers them';
SELECT pm_protect('notification_preferences', $$account = ANY ((SELECT pm_accounts())::text[])$$);

-- One row for each alert and channel, written in the transaction that lists the alert.
CREATE TABLE alert_deliveries (
    id               text PRIMARY KEY,
    channel_id       text NOT NULL REFERENCES notification_channels ON DELETE CASCADE,
    alert_id         text NOT NULL,
    account          text NOT NULL,
    alert            jsonb NOT NULL,
    raised_at        timestamptz NOT NULL,
    test             boolean NOT NULL DEFAULT false,
    batch            text,
    status           text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    due_at           timestamptz NOT NULL,
    attempts         integer NOT NULL DEFAULT 0,
    first_attempt_at timestamptz,
    problem          text,
    created_at       timestamptz NOT NULL,
    finished_at      timestamptz,
    UNIQUE (alert_id, channel_id)
);
COMMENT ON COLUMN alert_deliveries.account IS 'The channel''s; the alert may be of another, such as a team of which a person is an owner';
COMMENT ON COLUMN alert_deliveries.batch IS 'Rows of one channel with the same batch are sent as one message';
COMMENT ON COLUMN alert_deliveries.problem IS 'Why the last attempt, or the delivery, failed';
CREATE INDEX alert_deliveries_due ON alert_deliveries (due_at, channel_id) WHERE status = 'pending';
CREATE INDEX alert_deliveries_of_channel ON alert_deliveries (channel_id, created_at);
CREATE INDEX alert_deliveries_old ON alert_deliveries (created_at) WHERE status <> 'pending';
SELECT pm_protect('alert_deliveries', $$account = ANY ((SELECT pm_accounts())::text[])$$);

CREATE TABLE delivery_attempts (
    delivery_id text NOT NULL REFERENCES alert_deliveries ON DELETE CASCADE,
    number      integer NOT NULL,
    account     text NOT NULL,
    started_at  timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('delivered', 'retry', 'refused', 'gone')),
    status      integer,
    said        text NOT NULL,
    PRIMARY KEY (delivery_id, number)
);
COMMENT ON COLUMN delivery_attempts.said IS 'What the other side answered, cut; or why there was no answer';
SELECT pm_protect('delivery_attempts', $$account = ANY ((SELECT pm_accounts())::text[])$$);

-- Not every alert is a budget's any more.
ALTER TABLE alerts ALTER COLUMN budget_id DROP NOT NULL;
ALTER TABLE alerts ALTER COLUMN dimension DROP NOT NULL;
ALTER TABLE alerts ALTER COLUMN value DROP NOT NULL;
