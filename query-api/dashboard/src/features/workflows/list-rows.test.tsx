import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Toasts } from "@/shared/ui/toast";
import { openPage } from "@/test/page-stand";
import type { Workflow } from "./api";
import { WorkflowCards } from "./list-rows";

const WORKFLOW = {
  id: "wf_1",
  name: "Ticket triage",
  status: "active",
  tags: ["nightly"],
  lastExecutedAt: "2026-11-26T14:00:00Z",
  lastExecution: { id: "exe_1", status: "failed", reason: null, totalCost: "0.25", totalCostNanoUsd: 250_000_000 },
} as unknown as Workflow;

afterEach(() => vi.unstubAllGlobals());

function show(workflow: Workflow, onTag: (tag: string) => void, onDelete: (workflow: Workflow) => void = () => undefined) {
  const component = () => <WorkflowCards workflows={[workflow]} now={Date.parse("2026-11-26T15:00:00Z")} mayEdit onTag={onTag} onDelete={onDelete} />;
  render(<Toasts />);
  return openPage("/list", [
    { path: "/list", component },
    { path: "/dashboard/workflows/$id", component: () => <p>the builder</p> },
  ]);
}

test("what holds a workflow's last run is told as its own page tells it", async () => {
  const held = { ...WORKFLOW.lastExecution, status: "paused_budget", reason: { code: "budget_unanswered", nodeId: "ask" } };
  show({ ...WORKFLOW, lastExecution: held } as unknown as Workflow, () => undefined);
  expect((await screen.findByTestId("workflow")).textContent).toContain("Paused: budgets did not answer");
});

test("a last run that used a model without a price does not look free", async () => {
  show({ ...WORKFLOW, lastExecution: { ...WORKFLOW.lastExecution!, totalCost: "0.00", unpricedCalls: 2 } }, () => undefined);
  expect((await screen.findByTestId("workflow")).textContent).toContain("$0.0000 + 2 calls without a price");
});

test("a workflow tells how its last run ended and what it cost, and is run from the list", async () => {
  const asked: string[] = [];
  const keys: (string | null)[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    keys.push(request.headers.get("Idempotency-Key"));
    return Promise.resolve(Response.json({ detail: "The workflow is paused." }, { status: 409 }));
  });
  const onTag = vi.fn();
  show(WORKFLOW, onTag);
  expect((await screen.findByTestId("workflow")).textContent).toMatch(/Ticket triage.*Active.*1 hour ago.*Failed.*\$0\.25/);
  await userEvent.click(screen.getByRole("button", { name: "Only those with the tag nightly" }));
  expect(onTag).toHaveBeenCalledWith("nightly");
  await userEvent.click(screen.getByRole("button", { name: "Run Ticket triage" }));
  expect(await screen.findByText("The workflow is paused.")).toBeTruthy();
  expect(asked).toEqual(["GET /api/workflows/wf_1", "POST /api/workflows/wf_1/trigger"]);
  expect(keys).toEqual([null, expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

test("one that needs data is run from the list with it", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") {
      const ask = { id: "ask", type: "prompt", label: "Ask", config: { promptTemplate: "Hello {{variables.name}}" }, position: { x: 0, y: 0 } };
      return Response.json({ success: true, workflow: { ...WORKFLOW, definition: { version: "1.0", nodes: [ask], edges: [], settings: {} } } });
    }
    sent.push(await request.json());
    return Response.json({ detail: "The workflow is paused." }, { status: 409 });
  });
  show(WORKFLOW, () => undefined);
  await userEvent.click(await screen.findByRole("button", { name: "Run Ticket triage" }));
  expect(await screen.findByText(/needs data.*a field that a run has to be started with/)).toBeTruthy();
  expect(sent).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(await screen.findByText("The workflow is paused.")).toBeTruthy();
  expect(sent).toEqual([{ triggerData: { name: "" } }]);
});

test("one is duplicated from the list: as a new one that is not saved", async () => {
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  const { history } = show(WORKFLOW, () => undefined);
  await userEvent.click(await screen.findByRole("button", { name: "Duplicate Ticket triage" }));
  await screen.findByText("the builder");
  expect(history.location.href).toBe("/dashboard/workflows/new?copy=wf_1");
  expect(asked).not.toHaveBeenCalled();
});

test.each([
  ["admin", 1, "Delete Ticket triage"],
  ["editor", 0, "Delete Ticket triage: for whoever made it, admins, and those who may share it"],
])("to whoever is %s of a workflow, deleting it is offered %i times, and else the reason is said", async (yourLevel, times, name) => {
  const onDelete = vi.fn();
  show({ ...WORKFLOW, yourLevel } as Workflow, () => undefined, onDelete);
  const button = await screen.findByRole("button", { name });
  expect(button.getAttribute("aria-disabled")).toBe(times === 0 ? "true" : null);
  await userEvent.click(button);
  expect(onDelete).toHaveBeenCalledTimes(times);
});
