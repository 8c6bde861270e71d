-- Read each second: what has gone of late is few, and what it has under way is found by its account.
CREATE INDEX workflows_deleted ON workflows (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX teams_deleted ON teams (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_disabled ON users (disabled_at) WHERE disabled_at IS NOT NULL;
