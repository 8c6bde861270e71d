CREATE TABLE credentials (
    id           text PRIMARY KEY,
    account      text NOT NULL CHECK (account ~ '^(team|user):.'),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind         text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,63}$'),
    fields       text[] NOT NULL,
    sealed       text NOT NULL,
    status       text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'expired', 'revoked', 'error')),
    created_by   text,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    UNIQUE (account, name)
);
COMMENT ON COLUMN credentials.sealed IS 'What it holds, as JSON, encrypted and bound to this row''s id and account; says by itself with which key';
COMMENT ON COLUMN credentials.fields IS 'The names of what it holds, which are no secret';
CREATE INDEX credentials_of_kind ON credentials (account, kind, created_at DESC);

SELECT pm_protect('credentials', $$account = ANY ((SELECT pm_accounts())::text[])$$);
