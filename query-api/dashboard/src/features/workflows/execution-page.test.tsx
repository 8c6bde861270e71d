import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { acme, openPage } from "@/test/page-stand";
import { ExecutionPage } from "./execution-page";

const NODES = ["First", "Second"].map((label, index) => ({ id: label.toLowerCase(), type: "delay", label, config: { delayMs: 1 }, position: { x: index * 300, y: 0 } }));

const WORKFLOW = { id: "wf_1", account: "team:acme", name: "Triage", status: "active", version: 2, definition: { version: "1.0", nodes: NODES, edges: [], settings: {} } };

const RUN = { id: "1", nodeId: "first", label: "First", scope: "", status: "completed", kept: true, executionTimeMs: 3, output: 1 };

const EXECUTION = {
  id: "exe_2",
  workflowId: "wf_1",
  workflowName: "Triage",
  workflowVersion: 2,
  rerunOf: "exe_1",
  status: "completed",
  yourLevel: "editor",
  nodeExecutions: [RUN, { ...RUN, id: "2", nodeId: "second", label: "Second", kept: false }],
  nextCursor: null,
};

beforeEach(() => {
  vi.stubGlobal("EventSource", class extends EventTarget { close() {} });
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    return Promise.resolve(Response.json(pathname.includes("/executions/") ? EXECUTION : { success: true, workflow: WORKFLOW }));
  });
});

afterEach(() => vi.unstubAllGlobals());

function open() {
  openPage("/dashboard/workflows/wf_1/executions/exe_2", [{ path: "/dashboard/workflows/$id/executions/$executionId", component: ExecutionPage }], { teams: [acme()] });
}

test("a run that goes on from another leads to that one, and tells what it has kept of it", async () => {
  open();
  expect((await screen.findByRole("link", { name: "An earlier run" })).getAttribute("href")).toContain("/executions/exe_1");
  const [first, second] = within(screen.getByRole("list", { name: "Nodes" })).getAllByRole("listitem");
  expect(first!.textContent).toContain("Kept from the run before");
  expect(second!.textContent).not.toContain("Kept");
});

test("whoever has chosen a node in the graph sees its runs, and is led back to all", async () => {
  open();
  const runs = async () => within(await screen.findByRole("list", { name: "Nodes" })).getAllByRole("listitem");
  await waitFor(() => expect(document.querySelector('[data-id="second"]')).not.toBeNull());
  expect(await runs()).toHaveLength(2);
  document.querySelector<HTMLElement>('[data-id="second"]')!.focus();
  await userEvent.keyboard(" ");
  await waitFor(async () => expect(await runs()).toHaveLength(1));
  await userEvent.click(screen.getByRole("button", { name: "Show all" }));
  await waitFor(async () => expect(await runs()).toHaveLength(2));
});
