-- Values that people's data goes into are text, not jsonb: they are written and read whole, and jsonb refuses what JSON allows.

CREATE TABLE executions (
    id                   text PRIMARY KEY,
    number               bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    workflow_id          text NOT NULL REFERENCES workflows ON DELETE CASCADE,
    workflow_version     integer NOT NULL,
    account              text NOT NULL,
    user_id              text NOT NULL,
    triggered_by         text NOT NULL CHECK (triggered_by IN ('manual', 'schedule', 'api', 'webhook', 'event', 'system')),
    trigger_data         text NOT NULL,
    is_test              boolean NOT NULL DEFAULT false,
    rerun_of             text,
    status               text NOT NULL CHECK (status IN
        ('queued', 'running', 'paused_budget', 'paused', 'completed', 'failed', 'cancelled', 'timeout')),
    reason               text,
    created_at           timestamptz NOT NULL,
    started_at           timestamptz,
    completed_at         timestamptz,
    deadline_at          timestamptz,
    last_seq             integer NOT NULL DEFAULT 0,
    open_nodes           integer NOT NULL DEFAULT 0,
    held_nodes           integer NOT NULL DEFAULT 0,
    completed_nodes      integer NOT NULL DEFAULT 0,
    failed_nodes         integer NOT NULL DEFAULT 0,
    skipped_nodes        integer NOT NULL DEFAULT 0,
    tokens               bigint NOT NULL DEFAULT 0,
    cost_nano_usd        bigint NOT NULL DEFAULT 0,
    wasted_nano_usd      bigint NOT NULL DEFAULT 0,
    saved_nano_usd       bigint NOT NULL DEFAULT 0,
    is_simulated         boolean NOT NULL DEFAULT false,
    error_node_id        text,
    error_message        text,
    error_details        text
) WITH (fillfactor = 70);
COMMENT ON COLUMN executions.user_id IS 'On whose behalf it runs: a user''s id, or a key''s';
COMMENT ON COLUMN executions.reason IS 'Why it is paused, as JSON';
COMMENT ON COLUMN executions.last_seq IS 'The number of its last event';
COMMENT ON COLUMN executions.open_nodes IS 'Node runs that wait for a worker or have one';
COMMENT ON COLUMN executions.held_nodes IS 'Node runs that wait for others to end, or for the execution to go on';
COMMENT ON COLUMN executions.cost_nano_usd IS 'At list price, of all answers that came, wasted ones included';
CREATE INDEX executions_of_workflow ON executions (workflow_id, number);
CREATE INDEX executions_of_account ON executions (account, number);
CREATE INDEX executions_live ON executions (workflow_id, number) WHERE status IN ('queued', 'running');
CREATE INDEX executions_deadline ON executions (deadline_at) WHERE status = 'running';
CREATE INDEX executions_ended ON executions (completed_at) WHERE completed_at IS NOT NULL;

CREATE TABLE run_scopes (
    execution_id text NOT NULL REFERENCES executions ON DELETE CASCADE,
    path         text NOT NULL,
    parent       text,
    owner        text,
    item_index   integer NOT NULL,
    steps        text NOT NULL,
    links        text NOT NULL,
    exports      text NOT NULL,
    progress     text NOT NULL,
    PRIMARY KEY (execution_id, path)
) WITH (fillfactor = 70);
COMMENT ON COLUMN run_scopes.links IS 'One letter for each edge: undecided (?), active (A), dead (D)';

CREATE TABLE run_items (
    execution_id text NOT NULL REFERENCES executions ON DELETE CASCADE,
    scope        text NOT NULL,
    owner        text NOT NULL,
    item_index   integer NOT NULL,
    item         text NOT NULL,
    PRIMARY KEY (execution_id, scope, owner, item_index)
);

CREATE TABLE node_runs (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution_id  text NOT NULL REFERENCES executions ON DELETE CASCADE,
    scope         text NOT NULL,
    node_id       text NOT NULL,
    status        text NOT NULL CHECK (status IN
        ('held', 'ready', 'leased', 'open', 'completed', 'failed', 'skipped', 'cancelled')),
    ends_all      boolean NOT NULL DEFAULT false,
    attempt       integer NOT NULL DEFAULT 0,
    losses        integer NOT NULL DEFAULT 0,
    waited        boolean NOT NULL DEFAULT false,
    due_at        timestamptz NOT NULL,
    lease_owner   text,
    fence         bigint NOT NULL DEFAULT 0,
    again_at      timestamptz,
    started_at    timestamptz,
    completed_at  timestamptz,
    output        text,
    payload_id    text,
    tokens        bigint NOT NULL DEFAULT 0,
    cost_nano_usd bigint NOT NULL DEFAULT 0,
    model         text,
    error_kind    text,
    error_message text,
    error_details text,
    UNIQUE (execution_id, scope, node_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON COLUMN node_runs.ends_all IS 'Its failure ended the execution: to go on later is to run it again';
COMMENT ON COLUMN node_runs.due_at IS 'When a ready one may be run; when a leased one may be taken from its worker';
COMMENT ON COLUMN node_runs.fence IS 'Rises with each worker: what an earlier one brings is refused';
COMMENT ON COLUMN node_runs.again_at IS 'When it was last given all its attempts anew: failures before do not count';
COMMENT ON COLUMN node_runs.losses IS 'How often a worker was lost while it had it';
CREATE INDEX node_runs_due ON node_runs (due_at) WHERE status IN ('ready', 'leased');
CREATE INDEX node_runs_held ON node_runs (execution_id, id) WHERE status = 'held';

CREATE TABLE external_calls (
    id            text PRIMARY KEY,
    number        bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    execution_id  text NOT NULL REFERENCES executions ON DELETE CASCADE,
    node_run_id   bigint NOT NULL,
    alternative   integer NOT NULL,
    fingerprint   text NOT NULL,
    target        text NOT NULL,
    state         text NOT NULL CHECK (state IN ('intent', 'sent', 'answered', 'failed', 'ambiguous')),
    fence         bigint NOT NULL,
    is_wasted     boolean NOT NULL DEFAULT false,
    answer        text,
    usage         text,
    error_kind    text,
    error_message text,
    estimate_nano_usd bigint,
    cost_nano_usd bigint,
    created_at    timestamptz NOT NULL,
    ended_at      timestamptz
);
COMMENT ON TABLE external_calls IS 'Written before a call is made, before it is sent, and when its answer is there, before that is used';
COMMENT ON COLUMN external_calls.is_wasted IS 'Nobody knows whether it was answered, and so perhaps paid for; it was made again, or given up';
CREATE INDEX external_calls_of_node ON external_calls (node_run_id, created_at);
CREATE INDEX external_calls_of_execution ON external_calls (execution_id);
CREATE INDEX external_calls_answers ON external_calls (fingerprint, ended_at) WHERE state = 'answered';

CREATE TABLE payloads (
    id           text PRIMARY KEY,
    execution_id text NOT NULL REFERENCES executions ON DELETE CASCADE,
    bytes        integer NOT NULL,
    content      text NOT NULL
);
CREATE INDEX payloads_of_execution ON payloads (execution_id);

CREATE TABLE execution_log (
    execution_id text NOT NULL REFERENCES executions ON DELETE CASCADE,
    seq          integer NOT NULL,
    at           timestamptz NOT NULL,
    entry        text NOT NULL,
    PRIMARY KEY (execution_id, seq)
);
COMMENT ON TABLE execution_log IS 'What happened, in order: what a reader of the live stream is sent';

CREATE TABLE workflow_fires (
    workflow_id  text NOT NULL REFERENCES workflows ON DELETE CASCADE,
    dedupe_key   text NOT NULL,
    execution_id text NOT NULL,
    fired_at     timestamptz NOT NULL,
    PRIMARY KEY (workflow_id, dedupe_key)
);
CREATE INDEX workflow_fires_old ON workflow_fires (fired_at);

-- What the budgets of an account want done while they cannot be asked, as they said when they last could.
CREATE TABLE budget_fail_modes (
    account    text PRIMARY KEY,
    is_closed  boolean NOT NULL,
    checked_at timestamptz NOT NULL
);

SELECT pm_protect('executions',
    $$account = ANY ((SELECT pm_accounts())::text[])
      OR workflow_id IN (SELECT p.workflow_id FROM workflow_permissions p WHERE p.user_id = (SELECT pm_user()))$$,
    'false');
SELECT pm_protect('run_scopes', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
SELECT pm_protect('run_items', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
SELECT pm_protect('node_runs', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
SELECT pm_protect('external_calls', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
SELECT pm_protect('payloads', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
SELECT pm_protect('execution_log', $$EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id)$$, 'false');
SELECT pm_protect('workflow_fires', 'false');
SELECT pm_protect('budget_fail_modes', 'false');
