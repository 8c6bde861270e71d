-- Who may use a provider's key has to be said: without a list it is for the API keys of whoever left it here. What was for all
-- stays so.
ALTER TABLE provider_keys ADD COLUMN for_all boolean NOT NULL DEFAULT false;
UPDATE provider_keys SET for_all = true WHERE cardinality(key_ids) = 0;
COMMENT ON COLUMN provider_keys.for_all IS 'Whether every API key that may send usage for the account may use it';
COMMENT ON COLUMN provider_keys.key_ids IS 'The API keys that may use it; none, unless it is for all, for those that changed_by has made or is';
