-- Whose a row is, is looked up by the id of its execution, or workflow. Without OFFSET the database may instead read which ones
-- there are, of all accounts, to hold the rows against: it does for an execution of many nodes.
ALTER POLICY tenant_select ON node_runs USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON run_scopes USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON run_items USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON external_calls USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON payloads USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON execution_log USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON execution_alerts USING (EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id OFFSET 0));
ALTER POLICY tenant_select ON workflow_versions USING (EXISTS (SELECT 1 FROM workflows w WHERE w.id = workflow_id OFFSET 0));

-- Which of all workflows run without end is asked twice a second, and which wait for events every two seconds.
CREATE INDEX workflows_continuous ON workflows (id)
    WHERE execution_mode = 'continuous' AND status = 'active' AND deleted_at IS NULL;
CREATE INDEX workflows_triggered ON workflows (id)
    WHERE status = 'active' AND deleted_at IS NULL AND trigger_config IS NOT NULL;

-- Looked at when a credential is deleted.
CREATE INDEX data_sources_of_credential ON data_sources (credential_id) WHERE credential_id IS NOT NULL;
