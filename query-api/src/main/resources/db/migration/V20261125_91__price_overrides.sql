-- Prices that hold for one account instead of the list's.
CREATE TABLE price_overrides (
    account    text PRIMARY KEY CHECK (account ~ '^(team|user):.'),
    revision   bigint NOT NULL DEFAULT 0,
    prices     jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(prices) = 'array'),
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN price_overrides.revision IS 'Rises with each change';
COMMENT ON COLUMN price_overrides.prices IS 'As the API writes them';
SELECT pm_protect('price_overrides', $$account = ANY ((SELECT pm_accounts())::text[])$$);
