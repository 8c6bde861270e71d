-- Keys of providers that accounts leave here, so that their applications need not have them.
CREATE TABLE provider_keys (
    account    text NOT NULL CHECK (account ~ '^(team|user):.'),
    provider   text NOT NULL CHECK (provider IN ('openai', 'anthropic', 'gemini')),
    sealed     text NOT NULL,
    ending     text NOT NULL CHECK (length(ending) <= 4),
    key_ids    text[] NOT NULL CHECK (cardinality(key_ids) <= 100),
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (account, provider)
);
COMMENT ON COLUMN provider_keys.sealed IS 'The key, encrypted and bound to this row; says by itself with which key';
COMMENT ON COLUMN provider_keys.ending IS 'Its last characters, for people to tell keys apart';
COMMENT ON COLUMN provider_keys.key_ids IS 'The API keys that may use it; none for every key of the account';
SELECT pm_protect('provider_keys', $$account = ANY ((SELECT pm_accounts())::text[])$$);

-- What accounts want done while their budgets cannot be asked, as they said when they last could.
CREATE TABLE gateway_fail_modes (
    account    text PRIMARY KEY CHECK (account ~ '^(team|user):.'),
    is_closed  boolean NOT NULL,
    checked_at timestamptz NOT NULL
);
SELECT pm_protect('gateway_fail_modes', $$account = ANY ((SELECT pm_accounts())::text[])$$);
