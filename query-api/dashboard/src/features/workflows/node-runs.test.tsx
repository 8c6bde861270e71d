import { QueryClient } from "@tanstack/react-query";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { executionQuery, RUNS_SHOWN, type ExecutionDetail, type NodeExecution, type NodeSummary } from "./api";
import { NodeRuns } from "./node-runs";

afterEach(() => vi.unstubAllGlobals());

const RUN = { id: "1", nodeId: "work", label: "Work", scope: "", status: "completed" } as NodeExecution;

function runs(count: number, from = 0): NodeExecution[] {
  return Array.from({ length: count }, (_, at) => ({ ...RUN, id: `r${from + at}`, scope: `list[${from + at}]` }));
}

const FAILED: NodeExecution = { ...RUN, id: "r1081", scope: "list[1081]", status: "failed", errorMessage: "Nobody there" };

const ALL: NodeSummary = {
  nodeId: "work",
  runs: 1100,
  kept: 0,
  tokens: 0,
  cost: "0.00",
  costNanoUsd: 0,
  unpricedCalls: 0,
  longestMs: 3,
  states: [
    { status: "completed", runs: 1099, waitsUntil: null },
    { status: "failed", runs: 1, waitsUntil: null },
  ],
};

const EXECUTION: ExecutionDetail = { id: "exe_1", workflowId: "wf_1", workflowVersion: 1, status: "completed", failedNodes: 1, nodes: [ALL], nodeExecutions: [], nextCursor: "p2" };

function show(execution: ExecutionDetail, only?: ReadonlySet<string>) {
  const load = vi.fn();
  openPage("/runs", [{ path: "/runs", component: () => <NodeRuns execution={execution} {...(only ? { only } : {})} more={{ isLoading: false, load }} /> }]);
  return load;
}

async function rows(): Promise<(string | null)[]> {
  return within(await screen.findByRole("list", { name: "Nodes" }))
    .getAllByRole("listitem")
    .map((row) => row.textContent);
}

test("of more runs than are loaded those that failed come first, it is told how many there are, and further ones come at a press", async () => {
  const load = show({ ...EXECUTION, nodeExecutions: [...runs(2), FAILED] });
  expect(await screen.findByText("3 of 1,100 node runs, those that failed first.")).toBeTruthy();
  expect(await rows()).toEqual([expect.stringMatching(/item 1082.*Failed.*Nobody there/), expect.stringContaining("item 1"), expect.stringContaining("item 2")]);
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(load).toHaveBeenCalledOnce();
});

test("where none of them failed, the first are told as such", async () => {
  show({ ...EXECUTION, nodeExecutions: runs(2) });
  expect(await screen.findByText("The first 2 of 1,100 node runs.")).toBeTruthy();
});

test("a node of which no run is loaded yet has run all the same", async () => {
  show({ ...EXECUTION, nodes: [ALL, { ...ALL, nodeId: "last", runs: 1 }], nodeExecutions: runs(2) }, new Set(["last"]));
  expect(await screen.findByText("The first 0 of 1 node runs.")).toBeTruthy();
  expect(screen.queryByText("No run yet.")).toBeNull();
});

test("where all are loaded, they stand in their order and there is nothing to say", async () => {
  show({ ...EXECUTION, nodes: [{ ...ALL, runs: 3 }], nodeExecutions: [...runs(2), FAILED], nextCursor: null });
  expect((await rows()).at(-1)).toContain("Failed");
  expect(screen.queryByText(/node runs/)).toBeNull();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

test("what failed is loaded, however far behind the others it lies", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { search } = new URL(url);
    asked.push(search);
    const page = { "": { ...EXECUTION, nodeExecutions: runs(RUNS_SHOWN) }, "?cursor=p2": { ...EXECUTION, nodeExecutions: [...runs(81, RUNS_SHOWN), FAILED, ...runs(18, 1082)], nextCursor: null } };
    return Promise.resolve(Response.json(page[search as keyof typeof page] ?? { ...EXECUTION, nodeExecutions: [FAILED], nextCursor: null }));
  });
  const client = new QueryClient();

  const first = await client.fetchQuery(executionQuery("exe_1"));
  expect(first.nodeExecutions).toHaveLength(1001);
  expect(first.nodeExecutions.at(-1)).toEqual(FAILED);
  expect(first.nextCursor).toBe("p2");
  const more = await client.fetchQuery(executionQuery("exe_1", 2 * RUNS_SHOWN));
  expect(more.nodeExecutions).toHaveLength(1100);
  expect(more.nextCursor).toBeNull();
  expect(asked).toEqual(["", "?status=failed", "", "?cursor=p2"]);
});
