CREATE TABLE team_invitations (
    id              text PRIMARY KEY,
    team_id         text NOT NULL REFERENCES teams,
    email           text NOT NULL CHECK (email = lower(email)),
    role            text NOT NULL CHECK (role IN ('admin', 'editor', 'viewer')),
    token_hash      bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'rejected', 'cancelled', 'expired')),
    invited_by      text NOT NULL,
    invited_by_name text NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL CHECK (expires_at > created_at),
    sent_at         timestamptz[] NOT NULL,
    decided_at      timestamptz,
    decided_by      text
);
COMMENT ON COLUMN team_invitations.token_hash IS 'SHA-256 of 32 random bytes, which stand in the link alone; another with each sending';
COMMENT ON COLUMN team_invitations.sent_at IS 'Each time that it was sent: a team sends so many a day';
COMMENT ON COLUMN team_invitations.invited_by IS 'A user''s id, or a key''s';
CREATE UNIQUE INDEX team_invitations_pending ON team_invitations (team_id, email) WHERE status = 'pending';
CREATE INDEX team_invitations_of_team ON team_invitations (team_id, created_at);

SELECT pm_protect('team_invitations', $$'team:' || team_id = ANY ((SELECT pm_accounts())::text[])$$);

-- What a link is checked against is nothing for the eyes of tenants; and what was decided stays.
REVOKE SELECT, DELETE ON team_invitations FROM pm_app;
GRANT SELECT (id, team_id, email, role, status, invited_by, invited_by_name, created_at, expires_at, sent_at, decided_at, decided_by)
    ON team_invitations TO pm_app;
