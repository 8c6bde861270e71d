-- An attempt is counted before its password is looked at. Where as many as may be wrong are looked at, and none is known to be, the
-- next is told to come again in a moment.
ALTER TABLE sign_in_failures ADD COLUMN wrong integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN sign_in_failures.failures IS 'Attempts that were wrong or are still looked at';
COMMENT ON COLUMN sign_in_failures.wrong IS 'How many are known to have been wrong: it says what a lock is for, and locks nothing';
