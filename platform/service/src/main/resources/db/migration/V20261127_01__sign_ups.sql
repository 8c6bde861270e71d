-- How many accounts were asked for, by the hash of where from, and of all together: so that it holds for all processes, and
-- nobody reads here who came from where.
CREATE TABLE sign_up_counts (
    counted  bytea PRIMARY KEY CHECK (length(counted) = 32),
    attempts integer NOT NULL,
    since    timestamptz NOT NULL
);
CREATE INDEX sign_up_counts_old ON sign_up_counts (since);
SELECT pm_protect('sign_up_counts', 'false');

-- Who goes to an issuer may be signed in already, and so is known to have the password of an account; or may have said that an
-- account with their address is not theirs.
ALTER TABLE pending_sign_ins
    ADD COLUMN user_id text REFERENCES users,
    ADD COLUMN afresh  boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN pending_sign_ins.user_id IS 'Whose session the browser had when it was sent; null if none';
COMMENT ON COLUMN pending_sign_ins.afresh IS 'Whether an account with their address that nobody has proved to own is to be set aside';
COMMENT ON COLUMN users.disabled_at IS 'Since when nobody signs in to it; what works by itself in its account ends with it';
