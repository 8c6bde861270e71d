-- What a mail to someone who has forgotten their password leads back with: only its hash, and for an hour.
CREATE TABLE password_resets (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id    text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX password_resets_of_user ON password_resets (user_id);
CREATE INDEX password_resets_expired ON password_resets (expires_at);
SELECT pm_protect('password_resets', 'false');

COMMENT ON TABLE sign_up_counts IS 'How often something was asked for within an hour: accounts, and mails to set a new password';
