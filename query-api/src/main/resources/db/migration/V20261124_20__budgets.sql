-- One row for each account that ever had a budget. A change of any of its budgets locks this row first, so that changes of
-- one account are made, and reach the stream, one after the other.
CREATE TABLE budget_accounts (
    account               text PRIMARY KEY CHECK (account ~ '^(team|user):.'),
    revision              bigint NOT NULL DEFAULT 0,
    max_tokens_per_prompt bigint CHECK (max_tokens_per_prompt > 0)
);
COMMENT ON COLUMN budget_accounts.revision IS
    'Rises with each change of any budget. A budget''s version is the revision of its last change, so that no version comes twice, not even after a budget was deleted and made again';

CREATE TABLE budgets (
    id         text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 256),
    account    text NOT NULL REFERENCES budget_accounts,
    version    bigint NOT NULL CHECK (version > 0),
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON COLUMN budgets.definition IS 'The budget as the API writes it, id, account and version included';
CREATE INDEX budgets_of_account ON budgets (account, id);

SELECT pm_protect('budget_accounts', $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('budgets', $$account = ANY ((SELECT pm_accounts())::text[])$$);
