import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { ExecutionDetail } from "./api";
import { ExecutionActions } from "./execution-actions";

afterEach(() => vi.unstubAllGlobals());

const RUNNING = { id: "exe_1", workflowId: "wf_1", workflowVersion: 1, status: "running", yourLevel: "runner", nodeExecutions: [] } as unknown as ExecutionDetail;

test("whoever cancels a run by keyboard goes on at what is beside the button that is gone", async () => {
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
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Rerun" })));
});
