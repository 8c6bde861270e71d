-- Every change of what people and operators set: who, when, what it was and what it is now.
CREATE TABLE audit_log (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account       text NOT NULL CHECK (account ~ '^(team|user):.'),
    at            timestamptz NOT NULL,
    action        text NOT NULL CHECK (action ~ '^[a-z0-9_]{1,64}$'),
    actor_kind    text NOT NULL CHECK (actor_kind IN ('person', 'key', 'system')),
    actor_id      text NOT NULL,
    actor_name    text NOT NULL,
    resource_type text NOT NULL,
    resource_id   text NOT NULL,
    old_values    jsonb,
    new_values    jsonb,
    address       text,
    user_agent    text
);
COMMENT ON COLUMN audit_log.actor_name IS 'As it was then: who left the team since is still told';
CREATE INDEX audit_log_of_account ON audit_log (account, id);

SELECT pm_protect('audit_log', $$account = ANY ((SELECT pm_accounts())::text[])$$);

-- What was written stays as it was written; only the owner of the table can take old rows away.
REVOKE UPDATE, DELETE ON audit_log FROM pm_app, pm_system;
