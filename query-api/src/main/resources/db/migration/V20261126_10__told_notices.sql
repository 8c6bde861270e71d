-- What people were told besides what budgets tell: who finds the same again does not tell it again.
CREATE TABLE told_notices (
    id      text PRIMARY KEY,
    account text NOT NULL,
    told_at timestamptz NOT NULL
);
COMMENT ON COLUMN told_notices.id IS 'Of the alert; follows from what it is about';
CREATE INDEX told_notices_old ON told_notices (told_at);
SELECT pm_protect('told_notices', 'false');

-- Which accounts have had usage lately.
CREATE INDEX rated_totals_of_day ON rated_totals (day);
