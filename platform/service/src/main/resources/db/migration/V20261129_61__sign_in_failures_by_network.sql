-- A row counts the wrong passwords for an address from everywhere, or those for it from one network. What a row is of is told by
-- the hash of both; the address's own besides, so that a new password lifts the locks of all networks.
ALTER TABLE sign_in_failures ADD COLUMN of_email bytea CHECK (length(of_email) = 32);
CREATE INDEX sign_in_failures_of_email ON sign_in_failures (of_email);
COMMENT ON COLUMN sign_in_failures.email_hash IS 'Of the address, for all networks together; else of the address and a network';
COMMENT ON COLUMN sign_in_failures.of_email IS 'Of the address alone; null where an earlier version has counted';
