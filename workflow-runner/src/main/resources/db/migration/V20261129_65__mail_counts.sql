-- To how many people an account has written today, by all processes together. One row an account, in which the next day begins anew.
CREATE TABLE mail_counts (
    account    text PRIMARY KEY CHECK (account ~ '^(team|user):.'),
    day        date NOT NULL,
    recipients integer NOT NULL CHECK (recipients > 0)
);
COMMENT ON COLUMN mail_counts.day IS 'Of UTC, by the database''s clock';
SELECT pm_protect('mail_counts', $$account = ANY ((SELECT pm_accounts())::text[])$$, 'false');
