-- Who signs in elsewhere. An issuer gives a subject to one person, and never to another.
CREATE TABLE user_identities (
    issuer    text NOT NULL,
    subject   text NOT NULL,
    user_id   text NOT NULL REFERENCES users,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX user_identities_of_user ON user_identities (user_id);
COMMENT ON COLUMN user_identities.issuer IS 'As the issuer names itself';

SELECT pm_protect('user_identities', $$user_id = (SELECT pm_user())$$, 'false');

-- Those who were sent to an issuer and have not come back. A row is used once, by the browser that it is about.
CREATE TABLE pending_sign_ins (
    state_hash   bytea PRIMARY KEY CHECK (length(state_hash) = 32),
    browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32),
    issuer_id    text NOT NULL,
    nonce        text NOT NULL,
    verifier     text NOT NULL,
    target       text NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX pending_sign_ins_old ON pending_sign_ins (expires_at);

SELECT pm_protect('pending_sign_ins', 'false');
