import { cleanup, screen, waitFor, within } from "@testing-library/react";
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

let execution: object = EXECUTION;

beforeEach(() => {
  execution = EXECUTION;
  vi.stubGlobal("EventSource", class extends EventTarget { close() {} });
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    return Promise.resolve(Response.json(pathname.includes("/executions/") ? execution : { success: true, workflow: WORKFLOW }));
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

test("what has no price yet is told beside the run's cost, and at its node", async () => {
  const node = { nodeId: "first", runs: 1, kept: 0, tokens: 12, cost: "0.00", costNanoUsd: 0, unpricedCalls: 1, longestMs: 257, states: [{ status: "completed", runs: 1, waitsUntil: null }] };
  execution = { ...EXECUTION, totalCost: "0.00", unpricedCalls: 1, nodes: [node] };
  open();
  expect((await screen.findByText("Cost")).nextSibling!.textContent).toBe("$0.0000 + 1 call without a price");
  await waitFor(() => expect(document.querySelector('[data-id="first"]')?.textContent).toContain("257 ms + 1 call without a price"));
});

test("whoever comes back to a run that failed sees that it went on as another, and how that ended", async () => {
  const went = { id: "exe_3", workflowVersion: 2, status: "completed", resumed: true, createdAt: "2026-11-27T12:00:00Z" };
  execution = { ...EXECUTION, id: "exe_1", workflowVersion: 1, rerunOf: null, status: "failed", reruns: [went, { ...went, id: "exe_2", resumed: false, status: "cancelled" }] };
  open();
  const begun = within(await screen.findByRole("list", { name: "Begun from this run" })).getAllByRole("listitem");
  expect(begun[0]!.textContent).toMatch(/^It went on as another run by version 2, .*: completed$/);
  expect(begun[1]!.textContent).toMatch(/^It was run again as another run by version 2, .*: cancelled$/);
  expect(within(begun[0]!).getByRole("link").getAttribute("href")).toBe("/dashboard/workflows/wf_1/executions/exe_3");
});

test("a run that is over, of which a call is still under way, is asked for until that is answered, and tells what is paid for it", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    execution = { ...EXECUTION, status: "cancelled", completedAt: new Date().toISOString(), callsUnderWay: 1, wastedCost: "0.00246135", totalCost: "0.00004845" };
    open();
    expect(await screen.findByText(/^One call was still under way when it ended/)).toBeTruthy();
    expect(screen.getByText("Perhaps paid in vain").nextSibling!.textContent).toContain("$0.00246135");
    execution = { ...execution, callsUnderWay: 0, wastedCost: "0.0000459", totalCost: "0.00009435" };
    await vi.advanceTimersByTimeAsync(3000);
    await waitFor(() => expect(screen.queryByText(/^One call was/)).toBeNull());
    expect(screen.getByText("Cost").nextSibling!.textContent).toContain("0.00009435");
  } finally {
    vi.useRealTimers();
  }
});

test("a run that is not there says so, and leads to the others", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ detail: "There is no such execution" }, { status: 404 })));
  open();
  expect(await screen.findByText("There is no such execution")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Open the executions" }).getAttribute("href")).toBe("/dashboard/workflows/wf_1/executions");
});

test("a run that waits for its turn says so, and one that was given up waiting has never started", async () => {
  execution = { ...EXECUTION, status: "queued", rerunOf: null, nodeExecutions: [], queue: { running: 1, maxConcurrentRuns: 1, ahead: 2 } };
  open();
  expect(await screen.findByText(/^One run of this workflow goes at a time, .* 2 wait that came before it/)).toBeTruthy();
  expect(screen.getByText("Started").nextSibling!.textContent).toBe("Not yet");
  cleanup();
  execution = { ...EXECUTION, status: "cancelled", rerunOf: null, nodeExecutions: [] };
  open();
  expect((await screen.findByText("Started")).nextSibling!.textContent).toBe("Never");
});
