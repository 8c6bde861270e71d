package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkflowsTest {

    private final Database database = Database.open(
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(2));

    private final Workflows workflows = new Workflows(database, Clock.systemUTC());

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whoChangesOneThingDoesNotUndoWhatAnotherHasSetMeanwhile() {
        String id =
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 1);
        WorkflowRow read = workflows.find(id).orElseThrow();
        change(read, WorkflowRow.Status.PAUSED, read.name());

        assertThatThrownBy(() -> change(read, read.status(), "Another name"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("read the workflow again");

        WorkflowRow now = workflows.find(id).orElseThrow();
        assertThat(now.status()).isEqualTo(WorkflowRow.Status.PAUSED);
        change(now, now.status(), "Another name");
        assertThat(workflows.find(id).orElseThrow().name()).isEqualTo("Another name");
    }

    @Test
    void whoHasReadAWorkflowBeforeItsPersonWasDisabledDoesNotMakeItActiveAgain() {
        String id =
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 1);
        database.useAsSystem(handle -> {
            handle.execute("INSERT INTO users (id, email, name) VALUES ('leaver', 'leaver@example.com', 'L')");
            handle.execute("UPDATE workflows SET account = 'user:leaver' WHERE id = ?", id);
            // By the clock of a process that is ahead of the database's.
            handle.execute("UPDATE workflows SET updated_at = now() + interval '1 hour' WHERE id = ?", id);
        });
        WorkflowRow read = workflows.find(id).orElseThrow();
        database.useAsSystem(handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'leaver'"));

        assertThatThrownBy(() -> change(read, read.status(), "Another name"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("read the workflow again");

        WorkflowRow now = workflows.find(id).orElseThrow();
        assertThat(now.status()).isEqualTo(WorkflowRow.Status.PAUSED);
        assertThat(now.updatedAt()).isAfter(read.updatedAt());
    }

    private void change(WorkflowRow row, WorkflowRow.Status status, String name) {
        workflows.change(
                Scope.EVERYONE,
                Actor.SYSTEM,
                new WorkflowRow(
                        row.id(),
                        row.account(),
                        row.createdBy(),
                        name,
                        row.description(),
                        row.category(),
                        row.tags(),
                        status,
                        row.executionMode(),
                        row.version(),
                        row.maxConcurrentRuns(),
                        row.triggerConfig(),
                        row.notifications(),
                        row.createdAt(),
                        row.updatedAt(),
                        row.lastExecutedAt()),
                null,
                "ada",
                "");
    }
}
