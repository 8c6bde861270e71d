-- Every alert of budget.alerts, once.
CREATE TABLE alerts (
    id              text PRIMARY KEY,
    number          bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    account         text NOT NULL,
    budget_id       text NOT NULL,
    dimension       text NOT NULL,
    value           text NOT NULL,
    severity        text NOT NULL,
    occurred_at     timestamptz NOT NULL,
    raised_at       timestamptz NOT NULL,
    alert           jsonb NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text
);
COMMENT ON COLUMN alerts.number IS 'In the order in which the alerts of an account were raised';
COMMENT ON COLUMN alerts.alert IS 'As it stands on the topic: the object that the API answers';
COMMENT ON COLUMN alerts.acknowledged_by IS 'A user''s id, or a key''s';
CREATE INDEX alerts_of_account ON alerts (account, number);
CREATE INDEX alerts_unread ON alerts (account) WHERE acknowledged_at IS NULL;
SELECT pm_protect('alerts', $$account = ANY ((SELECT pm_accounts())::text[])$$);
