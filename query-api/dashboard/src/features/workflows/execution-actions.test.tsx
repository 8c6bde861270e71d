import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { ExecutionDetail } from "./api";
import { ExecutionActions } from "./execution-actions";

afterEach(() => vi.unstubAllGlobals());

const RUNNING = { id: "exe_1", workflowId: "wf_1", workflowVersion: 1, status: "running", yourLevel: "runner", nodeExecutions: [] } as unknown as ExecutionDetail;

test("whoever cancels a run by keyboard keeps their place when its button is gone, and does not run it again by another press", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ success: true, executionId: "exe_1" }, { status: 202 })));
  const client = new QueryClient();
  function Page() {
    const { data: status } = useQuery<ExecutionDetail["status"]>({ queryKey: ["status"], enabled: false, initialData: "running" });
    return <ExecutionActions execution={{ ...RUNNING, status }} />;
  }
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  (await screen.findByRole("button", { name: "Cancel" })).focus();
  await userEvent.keyboard("{Enter}");
  act(() => void client.setQueryData(["status"], "cancelled"));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("group", { name: "What can be done with the run" })));
});

function open(status: ExecutionDetail["status"], newest: number, onBegun?: (executionId: string) => void, isChanged = false) {
  const execution = { id: "exe_1", workflowId: "wf_1", workflowVersion: 1, status, yourLevel: "editor" } as ExecutionDetail;
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <ExecutionActions execution={execution} newest={newest} isChanged={isChanged} onBegun={onBegun} /> }),
    history: createMemoryHistory(),
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

test("whoever has mended the workflow is told that a resumed run goes on by the version that it began with", async () => {
  open("failed", 2);
  expect(await screen.findByRole("button", { name: "Resume", description: /goes on by version 1.*version 2 is newer/ })).toBeTruthy();
});

test("what has failed is resumed with the version in which it was mended, and the run that begins is shown", async () => {
  const sent: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, search } = new URL(request.url);
    sent.push(`${request.method} ${pathname}${search}`);
    return Promise.resolve(Response.json({ success: true, executionId: "exe_2", replayed: false }, { status: 202 }));
  });
  const onBegun = vi.fn();
  open("failed", 2, onBegun);
  await userEvent.click(await screen.findByRole("button", { name: "Resume with version 2", description: /keeps what was done/ }));
  await waitFor(() => expect(onBegun).toHaveBeenCalledExactlyOnceWith("exe_2"));
  expect(sent).toEqual(["POST /api/workflows/executions/exe_1/resume?version=current"]);
});

test("whoever has mended it and not saved that yet is told to", async () => {
  open("failed", 1, undefined, true);
  expect(await screen.findByText(/^What is changed here is not saved: once it is, the run can be resumed with it/)).toBeTruthy();
});

test("what stands still goes on by its own version only", async () => {
  open("paused", 2);
  expect(await screen.findByRole("button", { name: "Resume", description: /cancel it and rerun it/ })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Resume with/ })).toBeNull();
});

test("of a run by the newest version, and of one that cannot be resumed, there is nothing to tell", async () => {
  open("failed", 1);
  expect((await screen.findByRole("button", { name: "Resume" })).getAttribute("aria-describedby")).toBeNull();
  open("completed", 2);
  expect(await screen.findByRole("button", { name: "Rerun by version 2" })).toBeTruthy();
  expect(screen.queryByText(/is newer/)).toBeNull();
});

const HELD = { status: "paused_budget", reason: { code: "execution_cost_limit", maxCostNanoUsd: 400_000 }, totalCost: "0.0003", wastedCost: "0.00" };

function openHeld(yourLevel: string) {
  const execution = { ...RUNNING, ...HELD, yourLevel } as unknown as ExecutionDetail;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <ExecutionActions execution={execution} /> }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

test("what its own limit holds is resumed with a higher one, a round amount if nothing else is put in; a refusal is said beside it", async () => {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return sent.length === 1 ? Response.json({ detail: "It has cost more by now." }, { status: 400 }) : Response.json({ success: true, executionId: "exe_1" }, { status: 202 });
  });
  openHeld("editor");
  await userEvent.click(await screen.findByRole("button", { name: /^Resume with a higher limit/ }));
  expect(screen.queryByRole("button", { name: "Resume" })).toBe(within(screen.getByRole("dialog")).getByRole("button", { name: "Resume" }));
  const field = screen.getByRole<HTMLInputElement>("textbox", { name: "It may cost" });
  expect(field.value).toBe("0.001");
  fireEvent.change(field, { target: { value: "0.0004" } });
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Resume" }).disabled).toBe(true);
  fireEvent.change(field, { target: { value: "0,02" } });
  fireEvent.submit(field.form!);
  expect((await screen.findByText("It has cost more by now.")).closest('[role="dialog"]')).not.toBeNull();
  fireEvent.submit(field.form!);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent).toEqual([{ maxCostUsd: "0.02" }, { maxCostUsd: "0.02" }]);
});

test("whoever may only run it is told who can raise the limit, and is offered nothing that leads nowhere", async () => {
  openHeld("runner");
  expect(await screen.findByText(/^It goes on with a higher limit, which someone sets who may edit the workflow/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Resume/ })).toBeNull();
});
