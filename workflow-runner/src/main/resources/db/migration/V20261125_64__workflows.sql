CREATE TABLE workflows (
    id                  text PRIMARY KEY,
    account             text NOT NULL CHECK (account ~ '^(team|user):.'),
    created_by          text NOT NULL,
    name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description         text NOT NULL DEFAULT '',
    category            text,
    tags                text[] NOT NULL DEFAULT '{}',
    status              text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'paused', 'archived', 'error')),
    execution_mode      text NOT NULL DEFAULT 'manual'
        CHECK (execution_mode IN ('manual', 'scheduled', 'triggered', 'continuous', 'webhook')),
    version             integer NOT NULL DEFAULT 1 CHECK (version > 0),
    max_concurrent_runs integer NOT NULL DEFAULT 1 CHECK (max_concurrent_runs BETWEEN 1 AND 1000),
    trigger_config      text,
    notifications       text,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    last_executed_at    timestamptz,
    deleted_at          timestamptz
);
COMMENT ON COLUMN workflows.created_by IS 'A user''s id, or a key''s';
COMMENT ON COLUMN workflows.version IS 'The current one; executions pin the one they began with';
COMMENT ON COLUMN workflows.deleted_at IS 'Not shown any more; what its executions cost is kept as long as any history';
CREATE INDEX workflows_of_account ON workflows (account, id) WHERE deleted_at IS NULL;
CREATE INDEX workflows_tags ON workflows USING gin (tags);

-- Append-only: what ran can be read as it was.
CREATE TABLE workflow_versions (
    workflow_id text NOT NULL REFERENCES workflows ON DELETE CASCADE,
    version     integer NOT NULL,
    definition  text NOT NULL,
    author      text NOT NULL,
    note        text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (workflow_id, version)
);

CREATE TABLE workflow_permissions (
    workflow_id text NOT NULL REFERENCES workflows ON DELETE CASCADE,
    account     text NOT NULL,
    user_id     text NOT NULL,
    level       text NOT NULL CHECK (level IN ('viewer', 'runner', 'editor', 'admin')),
    granted_by  text NOT NULL,
    granted_at  timestamptz NOT NULL,
    PRIMARY KEY (workflow_id, user_id)
);
COMMENT ON COLUMN workflow_permissions.account IS 'The workflow''s, so that its people see who else may use it';
CREATE INDEX workflow_permissions_of_user ON workflow_permissions (user_id);

CREATE TABLE workflow_schedules (
    workflow_id  text PRIMARY KEY REFERENCES workflows ON DELETE CASCADE,
    account      text NOT NULL,
    schedule     text NOT NULL,
    enabled      boolean NOT NULL,
    next_fire_at timestamptz,
    last_fire_at timestamptz,
    updated_at   timestamptz NOT NULL
);
COMMENT ON COLUMN workflow_schedules.next_fire_at IS 'Null while it does not fire';
CREATE INDEX workflow_schedules_due ON workflow_schedules (next_fire_at) WHERE enabled AND next_fire_at IS NOT NULL;

-- A sender signs with either, so that one can be replaced while the other is in use. Encrypted, since both sides need it whole.
CREATE TABLE workflow_hooks (
    workflow_id text PRIMARY KEY REFERENCES workflows ON DELETE CASCADE,
    account     text NOT NULL,
    secret      text NOT NULL,
    previous    text,
    changed_at  timestamptz NOT NULL
);

SELECT pm_protect('workflow_permissions',
    $$account = ANY ((SELECT pm_accounts())::text[]) OR user_id = (SELECT pm_user())$$,
    $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('workflows',
    $$account = ANY ((SELECT pm_accounts())::text[])
      OR id IN (SELECT p.workflow_id FROM workflow_permissions p WHERE p.user_id = (SELECT pm_user()))$$,
    $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('workflow_versions',
    $$EXISTS (SELECT 1 FROM workflows w WHERE w.id = workflow_id)$$,
    $$EXISTS (SELECT 1 FROM workflows w WHERE w.id = workflow_id AND w.account = ANY ((SELECT pm_accounts())::text[]))$$);
SELECT pm_protect('workflow_schedules', $$account = ANY ((SELECT pm_accounts())::text[])$$);
SELECT pm_protect('workflow_hooks', $$account = ANY ((SELECT pm_accounts())::text[])$$);
