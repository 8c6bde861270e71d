-- When as many are at an issuer as may be, one of those goes that came from where most came from: nobody who has many networks is to
-- shut out everyone else. What was kept before, and what a process of the version before keeps, counts as from one place.
ALTER TABLE pending_sign_ins ADD COLUMN site_hash bytea NOT NULL DEFAULT '';
CREATE INDEX pending_sign_ins_of_site ON pending_sign_ins (site_hash, expires_at);
COMMENT ON COLUMN pending_sign_ins.site_hash IS 'The network that it was begun from, hashed, so that nobody reads here who came from where';
