ALTER TABLE users
    ADD COLUMN email_verified_at timestamptz,
    ADD COLUMN operator          boolean NOT NULL DEFAULT false,
    ADD COLUMN tier              text NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'team', 'enterprise'));
COMMENT ON COLUMN users.email_verified_at IS 'When someone proved to read this address; null if it is only what they said';
COMMENT ON COLUMN users.operator IS 'Runs the installation: sets tiers, and makes keys that speak for every account';
COMMENT ON COLUMN users.tier IS 'What their own account has; counts only where the operator enforces tiers';

ALTER TABLE teams
    ADD COLUMN description text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    ADD COLUMN tier        text NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'team', 'enterprise')),
    ADD COLUMN revision    bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN teams.revision IS 'Rises with each change of what the metering must know of the team';

-- A person's own row and a team's row are theirs to change, but not all of it: nobody gives themselves a tier, an address
-- that counts as verified, or the operator's rights.
GRANT SELECT (email_verified_at, operator, tier) ON users TO pm_app;
REVOKE INSERT, UPDATE, DELETE ON users FROM pm_app;
GRANT UPDATE (name, updated_at) ON users TO pm_app;

REVOKE INSERT, UPDATE, DELETE ON teams FROM pm_app;
GRANT INSERT (id, name, slug, description, timezone, settings, revision, created_at, updated_at) ON teams TO pm_app;
GRANT UPDATE (name, slug, description, timezone, settings, revision, updated_at, deleted_at) ON teams TO pm_app;
