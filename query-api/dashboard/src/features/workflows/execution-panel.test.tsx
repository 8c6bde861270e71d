import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import type { ExecutionDetail, Workflow } from "./api";
import { ExecutionPanel } from "./execution-panel";
import type { useExecution } from "./use-execution";

afterEach(() => vi.unstubAllGlobals());

const WORKFLOW = {
  id: "wf_1",
  version: 3,
  definition: { version: "1.0", nodes: [{ id: "ask", type: "prompt", label: "Ask", config: {}, position: { x: 0, y: 0 } }], edges: [], settings: { retryPolicy: { maxAttempts: 3 } } },
} as unknown as Workflow;

test.each([
  [3, "attempt 2 of 3"],
  // What another version says of it is not known here.
  [2, "attempt 2"],
])("of a run by version %i where version 3 is stored it says %s, as its own page does", async (workflowVersion, says) => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  const run = { id: "1", nodeId: "ask", label: "Ask", scope: "", status: "running", attemptNumber: 2 };
  const data = { id: "exe_1", workflowId: "wf_1", workflowVersion, status: "running", yourLevel: "editor", nodeExecutions: [run], nextCursor: null } as unknown as ExecutionDetail;
  const execution = { data, error: null, refetch: () => undefined, states: new Map() } as unknown as ReturnType<typeof useExecution>;
  const component = () => (
    <ExecutionPanel executionId="exe_1" workflowId="wf_1" drawn={1} execution={execution} stored={WORKFLOW} isChanged={false} onBegun={() => undefined} onClose={() => undefined} />
  );
  openPage("/", [{ path: "/", component }]);
  const [node] = await screen.findAllByText(/^attempt 2/);
  expect(node!.textContent).toBe(says);
});
