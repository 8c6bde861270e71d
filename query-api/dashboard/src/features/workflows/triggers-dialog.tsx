import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { CheckField, SelectField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { OnceShown, Snippet } from "@/shared/ui/snippet";
import { Tabs } from "@/shared/ui/tabs";
import { toast } from "@/shared/ui/toast";
import type { Workflow } from "./api";
import { useChangeWorkflow, useHookSecret } from "./api-automation";
import { CHANGED_MEANWHILE, conflictOf } from "./conflict";
import { MapField } from "./map-field";
import { ScheduleTab } from "./schedule-tab";
import { apiCall, signedCall } from "./trigger-snippets";

/** Everything that runs the workflow without a person: times, other programs, and what happens to the account. */
export function TriggersDialog({ workflow, readOnly, onClose }: { workflow: Workflow; readOnly: boolean; onClose: () => void }) {
  const change = useChangeWorkflow(workflow.id, workflow);
  // Of the dialog and not of its tab, which goes with another: it is never told again.
  const secret = useHookSecret(workflow.id);
  return (
    <Dialog open isForm isOnce={secret.data !== undefined} onClose={onClose} wide title="Schedule and triggers" description="What runs this workflow without you.">
      {workflow.status !== "active" && (
        <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-warning-wash px-3.5 py-2.5 text-[0.8125rem] text-warning" role="status">
          <span className="flex-1">Only an active workflow is run by itself; this one is {workflow.status === "draft" ? "a draft" : workflow.status}.</span>
          {!readOnly && (
            <Button
              size="s"
              busy={change.isPending}
              onClick={() =>
                change.mutate(
                  { status: "active" },
                  {
                    onSuccess: () => toast("The workflow is active."),
                    onError: (failure) => toast(conflictOf(failure) ? "Someone else has changed the status meanwhile: see what it is now." : messageOf(failure), "critical"),
                  },
                )
              }
            >
              Activate
            </Button>
          )}
        </div>
      )}
      <Tabs
        label="What runs it"
        tabs={[
          { id: "schedule", label: "Schedule", content: <ScheduleTab id={workflow.id} readOnly={readOnly} /> },
          { id: "api", label: "API", content: <ApiTab id={workflow.id} /> },
          { id: "webhook", label: "Webhook", content: <HookTab id={workflow.id} readOnly={readOnly} secret={secret} /> },
          { id: "events", label: "Events", content: <EventsTab workflow={workflow} readOnly={readOnly} /> },
          { id: "again", label: "Again and again", content: <AgainTab workflow={workflow} readOnly={readOnly} /> },
        ]}
      />
    </Dialog>
  );
}

function ApiTab({ id }: { id: string }) {
  return (
    <div className="grid gap-3">
      <p className="text-soft">
        What is sent under <code className="font-mono text-xs">triggerData</code> is there for every node, as{" "}
        <code className="font-mono text-xs">{"{{trigger.name}}"}</code>. The same Idempotency-Key again is the same run.{" "}
        <Link to="/settings/api-keys" className="text-accent underline underline-offset-2">
          Get a key
        </Link>{" "}
        that may manage.
      </p>
      <Snippet label="With curl" code={apiCall(window.location.origin, id)} testId="snippet-api" />
    </div>
  );
}

function HookTab({ id, readOnly, secret }: { id: string; readOnly: boolean; secret: ReturnType<typeof useHookSecret> }) {
  return (
    <div className="grid gap-4">
      <p className="text-soft">For systems that sign their calls. A signature is good for five minutes.</p>
      {secret.data ? (
        <>
          <Note tone="good">Copy the secret now: it is shown this once. The one before is good until the next is made.</Note>
          <OnceShown text={secret.data.secret} testId="hook-secret" />
        </>
      ) : (
        <Button className="justify-self-start" disabled={readOnly} busy={secret.isPending} onClick={() => secret.mutate()}>
          Make a secret
        </Button>
      )}
      {secret.error && <Note tone="critical">{messageOf(secret.error)}</Note>}
      <Snippet label="With curl and openssl" code={signedCall(window.location.origin, id, secret.data?.secret)} testId="snippet-hook" />
    </div>
  );
}

function AgainTab({ workflow, readOnly }: { workflow: Workflow; readOnly: boolean }) {
  const change = useChangeWorkflow(workflow.id, workflow);
  const conflict = conflictOf(change.error);
  const say = (now: Workflow) => toast(now.executionMode === "continuous" ? "It runs again and again." : "It no longer runs again by itself.");
  return (
    <div className="grid gap-3">
      <CheckField
        label="Run again whenever it has completed"
        help="With the same data. The first run is yours; one that fails is the last. The workflow's settings say how long to pause between, and while what holds."
        checked={workflow.executionMode === "continuous"}
        disabled={readOnly}
        // What is disabled loses the focus.
        aria-disabled={change.isPending || undefined}
        onChange={(event) => {
          if (!change.isPending) {
            change.mutate({ executionMode: event.target.checked ? "continuous" : "manual" }, { onSuccess: say });
          }
        }}
      />
      {change.error && <Note tone="critical">{conflict ? CHANGED_MEANWHILE : messageOf(change.error)}</Note>}
      {conflict && (
        <Button className="justify-self-start" busy={change.isPending} onClick={() => change.mutate({ ...change.variables, baseUpdatedAt: conflict.updatedAt }, { onSuccess: say })}>
          Save anyway
        </Button>
      )}
    </div>
  );
}

const EVENTS: Record<string, string> = {
  "com.promptmanage.budget.alert.v1": "A budget alerts",
  "com.promptmanage.token.usage.v1": "Usage is reported",
};

interface EventTrigger {
  type?: string;
  eventType?: string;
  filter?: Record<string, string>;
}

function EventsTab({ workflow, readOnly }: { workflow: Workflow; readOnly: boolean }) {
  const saved = (workflow.triggerConfig ?? {}) as EventTrigger;
  const [eventType, setEventType] = useState(saved.type === "event" ? (saved.eventType ?? "") : "none");
  const [filter, setFilter] = useState<Record<string, string>>(saved.filter ?? {});
  const [seen, setSeen] = useState(workflow);
  const change = useChangeWorkflow(workflow.id, seen);
  const conflict = conflictOf(change.error);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(
          {
            triggerConfig: eventType === "none" ? null : { type: "event", eventType, filter },
            ...(conflict ? { baseUpdatedAt: conflict.updatedAt } : {}),
          },
          {
            onSuccess: (now) => {
              setSeen(now);
              toast(eventType === "none" ? "Events no longer run it." : "The trigger is saved.");
            },
          },
        );
      }}
    >
      <fieldset disabled={readOnly} className="grid gap-4">
        <SelectField label="Runs when" value={eventType} onChange={(event) => setEventType(event.target.value)}>
          <option value="none">No event</option>
          {Object.entries(EVENTS).map(([type, label]) => (
            <option key={type} value={type}>
              {label}
            </option>
          ))}
          {eventType !== "none" && !(eventType in EVENTS) && <option value={eventType}>{eventType || "Any event"}</option>}
        </SelectField>
        {eventType !== "none" && (
          <MapField
            label="Only if its data has"
            names={["Field", "Value"]}
            value={filter}
            onChange={setFilter}
            help="Fields of the event's data: severity and critical, model and gpt-4o, or tags.team for one within another. All must fit. Nodes find the data as {{trigger.…}}."
          />
        )}
        {change.error && <Note tone="critical">{conflict ? CHANGED_MEANWHILE : messageOf(change.error)}</Note>}
        <Button kind="primary" type="submit" className="justify-self-start" busy={change.isPending}>
          {conflict ? "Save anyway" : "Save the trigger"}
        </Button>
      </fieldset>
    </form>
  );
}
