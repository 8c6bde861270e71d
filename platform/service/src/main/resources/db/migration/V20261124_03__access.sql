CREATE TABLE api_keys (
    id                   text PRIMARY KEY,
    prefix               text NOT NULL,
    hash                 bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    name                 text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    account              text NOT NULL CHECK (account ~ '^(team|user):.'),
    scopes               text[] NOT NULL CHECK (scopes <@ '{ingest,query,manage}'),
    may_speak_for_others boolean NOT NULL DEFAULT false,
    created_by           text REFERENCES users,
    created_at           timestamptz NOT NULL DEFAULT now(),
    expires_at           timestamptz,
    revoked_at           timestamptz,
    last_used_at         timestamptz,
    changed_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN api_keys.prefix IS 'The first characters of the key, for people to tell keys apart';
COMMENT ON COLUMN api_keys.hash IS 'SHA-256 of the whole key: it has 178 random bits, so nothing slower is needed';
CREATE INDEX api_keys_of_account ON api_keys (account);
CREATE INDEX api_keys_changed ON api_keys (changed_at);

-- What the services have cached is refreshed by this time. That a key was used changes nothing about it.
CREATE FUNCTION api_keys_touch() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER api_keys_touch
    BEFORE UPDATE OF account, scopes, may_speak_for_others, expires_at, revoked_at ON api_keys
    FOR EACH ROW EXECUTE FUNCTION api_keys_touch();

SELECT pm_protect('api_keys', $$account = ANY ((SELECT pm_accounts())::text[])$$);

CREATE TABLE sessions (
    id         text PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    user_id    text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_expired ON sessions (expires_at);

SELECT pm_protect('sessions', $$user_id = (SELECT pm_user())$$);

-- By the hash of what was typed as e-mail, whether such a user exists or not: so that a lock tells nobody who exists.
CREATE TABLE sign_in_failures (
    email_hash   bytea PRIMARY KEY CHECK (length(email_hash) = 32),
    failures     integer NOT NULL,
    first_at     timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX sign_in_failures_old ON sign_in_failures (first_at);

SELECT pm_protect('sign_in_failures', 'false');
