-- What the budgets of an account want done while they cannot be asked, as they said when they last could. Whoever asks learns it anew.
CREATE TABLE fail_modes (
    account    text PRIMARY KEY CHECK (account ~ '^(team|user):.'),
    is_closed  boolean NOT NULL,
    checked_at timestamptz NOT NULL
);
SELECT pm_protect('fail_modes', 'false');
