package com.promptmanage.runner.journal;

import com.promptmanage.service.audit.AuditEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the audit log says of a workflow. Definitions are told by the number of their version, under which they can be read. */
final class WorkflowAudit {

    private static final String TYPE = "workflow";

    private WorkflowAudit() {}

    static AuditEntry created(WorkflowRow workflow) {
        return AuditEntry.added(workflow.account(), "workflow_created", TYPE, workflow.id(), told(workflow));
    }

    /** Only what is not as it was; empty if all is. */
    static Optional<AuditEntry> changed(WorkflowRow before, WorkflowRow after) {
        Map<String, Object> old = told(before);
        Map<String, Object> now = told(after);
        told(before).forEach((field, value) -> {
            if (Objects.equals(value, now.get(field))) {
                old.remove(field);
                now.remove(field);
            }
        });
        return old.isEmpty() && now.isEmpty()
                ? Optional.empty()
                : Optional.of(new AuditEntry(after.account(), "workflow_changed", TYPE, after.id(), old, now));
    }

    static AuditEntry deleted(WorkflowRow workflow) {
        return AuditEntry.removed(workflow.account(), "workflow_deleted", TYPE, workflow.id(), told(workflow));
    }

    private static Map<String, Object> told(WorkflowRow workflow) {
        var told = new LinkedHashMap<String, Object>();
        told.put("name", workflow.name());
        told.put("description", workflow.description());
        put(told, "category", workflow.category());
        told.put("tags", workflow.tags());
        told.put("status", workflow.status().value());
        told.put("executionMode", workflow.executionMode().value());
        told.put("version", workflow.version());
        told.put("maxConcurrentRuns", workflow.maxConcurrentRuns());
        put(told, "triggerConfig", workflow.triggerConfig());
        put(told, "notifications", workflow.notifications());
        return told;
    }

    private static void put(Map<String, Object> told, String field, @Nullable String value) {
        if (value != null) {
            told.put(field, value);
        }
    }
}
