import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, renderHook, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { useSaveWorkflow, warningsQuery, workflowQuery, type Kept } from "./api";
import { useDeploy, type Template } from "./api-templates";
import { EMPTY, type Definition } from "./definition";
import { faultsOf, NO_VALUE_FAULTS, type Warning } from "./faults";
import { Properties } from "./properties";

const ACCOUNT = { key: "acme", params: { teamId: "acme" } } as unknown as Account;

const WARNING: Warning = {
  severity: "warning",
  nodeId: "ask",
  field: "nodes[0].config.model",
  detail: 'names "house-model", which has no list price',
  remedy: "Give the account a price for it.",
  message: "",
};

function kept(id: string, version: number, warnings: Warning[]): Kept {
  return { success: true, workflow: { id, version, account: "team:acme", name: "w", status: "draft", executionMode: "manual" }, warnings };
}

afterEach(() => vi.unstubAllGlobals());

function inClient<T>(use: () => T) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  return { client, hook: renderHook(use, { wrapper }).result };
}

test("what a version was warned of when it was saved is known with it, and is not the next one's", async () => {
  const answers = [kept("wf_1", 1, [WARNING]), kept("wf_1", 2, [])];
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(answers.shift())));
  const { client, hook } = inClient(() => useSaveWorkflow(ACCOUNT));
  await act(() => hook.current.mutateAsync({ id: null, name: "w", definition: EMPTY }));
  expect(client.getQueryData(workflowQuery("wf_1").queryKey)?.version).toBe(1);
  expect(client.getQueryData(warningsQuery("wf_1", 1).queryKey)).toEqual([WARNING]);
  await act(() => hook.current.mutateAsync({ id: "wf_1", name: "w", definition: EMPTY, baseVersion: 1 }));
  expect(client.getQueryData(warningsQuery("wf_1", 2).queryKey)).toEqual([]);
});

test.each(["gallery", "file"] as const)("what was made of a template of the %s opens with its warnings", async (from) => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(kept("wf_2", 1, [WARNING]), { status: 201 })));
  const template = { id: "incident", name: "Incident", parameters: [] } as unknown as Template;
  const { client, hook } = inClient(() => useDeploy(ACCOUNT, { from, template }));
  await act(() => hook.current.mutateAsync({ name: "Mine" }));
  expect(client.getQueryData(warningsQuery("wf_2", 1).queryKey)).toEqual([WARNING]);
});

const DEFINITION: Definition = {
  ...EMPTY,
  nodes: [
    { id: "ask", type: "prompt", label: "Ask the house", config: {}, position: { x: 0, y: 0 } },
    { id: "wait", type: "delay", label: "Wait", config: {}, position: { x: 300, y: 0 } },
  ],
  edges: [{ id: "ask-wait", source: "ask", target: "wait" }],
};

function show(warnings: readonly Warning[], selected: readonly string[], onSelect = vi.fn(), definition = DEFINITION) {
  render(
    <Properties
      definition={definition}
      selected={new Set(selected)}
      faults={faultsOf(null, undefined, warnings)}
      wrong={NO_VALUE_FAULTS}
        failed={{ error: null, sent: undefined }}
        refusals={0}
      warnings={warnings}
      readOnly={false}
      run={null}
      runs={[]}
      led={0}
      onEdit={() => undefined}
      onSelect={onSelect}
    />,
  );
  return onSelect;
}

test("warnings stand beside the settings, which can be gone on with, and each leads to its node", async () => {
  const onSelect = show([WARNING], []);
  expect(screen.getByRole("list", { name: "Warnings" }).textContent).toContain('Ask the house: model names "house-model", which has no list price.');
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByRole("heading", { name: "Workflow settings" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Ask the house" }));
  expect(onSelect).toHaveBeenCalledWith(new Set(["ask"]));
});

test("a warning of a node that is gone is still told, and leads nowhere", () => {
  show([WARNING], [], undefined, { ...DEFINITION, nodes: [], edges: [] });
  expect(screen.getByText(/house-model/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Ask the house" })).toBeNull();
});

test("a warning of a line stands where the line is set, as no alarm", () => {
  const { nodeId: _nodeId, ...unplaced } = WARNING;
  show([{ ...unplaced, edgeId: "ask-wait", field: "edges[0].condition" }], ["ask-wait"]);
  expect(screen.getByRole("status").textContent).toContain("condition names");
  expect(screen.getByRole("heading", { name: "Connection" })).toBeTruthy();
});
