CREATE TABLE users (
    id            text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 256),
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text NOT NULL,
    password_hash text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz
);
COMMENT ON COLUMN users.password_hash IS 'Argon2id with its parameters; null for those who sign in elsewhere';

CREATE TABLE teams (
    id         text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 256),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]{3,64}$'),
    timezone   text NOT NULL DEFAULT 'UTC',
    settings   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

CREATE TABLE team_members (
    team_id   text NOT NULL REFERENCES teams,
    user_id   text NOT NULL REFERENCES users,
    role      text NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_members_of_user ON team_members (user_id);

SELECT pm_protect('teams', $$'team:' || id = ANY ((SELECT pm_accounts())::text[])$$);

-- A person sees all memberships of their teams, and their own in any; only the team's account changes them.
SELECT pm_protect('team_members',
    $$'team:' || team_id = ANY ((SELECT pm_accounts())::text[]) OR user_id = (SELECT pm_user())$$,
    $$'team:' || team_id = ANY ((SELECT pm_accounts())::text[])$$);

-- A person sees those they share a team with, by way of the policy above, and changes only themselves.
SELECT pm_protect('users',
    $$id = (SELECT pm_user()) OR id IN (SELECT user_id FROM team_members)$$,
    $$id = (SELECT pm_user())$$);

-- What a password is checked against is nothing for the eyes of tenants.
REVOKE SELECT ON users FROM pm_app;
GRANT SELECT (id, email, name, created_at, updated_at, disabled_at) ON users TO pm_app;
