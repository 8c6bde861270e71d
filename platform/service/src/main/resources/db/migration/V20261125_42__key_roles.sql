ALTER TABLE api_keys ADD COLUMN role text NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'admin', 'editor', 'viewer'));
COMMENT ON COLUMN api_keys.role IS 'A key may no more in its team than who made it: an admin makes no key that deletes the team';

-- Keys are made and revoked; nothing else of them is a tenant's to change, and none disappears.
REVOKE UPDATE, DELETE ON api_keys FROM pm_app;
GRANT UPDATE (revoked_at) ON api_keys TO pm_app;
