import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ExecutionDetail } from "./api";
import { ExecutionActions } from "./execution-actions";

function open(status: ExecutionDetail["status"], newest: number) {
  const execution = { id: "exe_1", workflowId: "wf_1", workflowVersion: 1, status, yourLevel: "editor" } as ExecutionDetail;
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <ExecutionActions execution={execution} newest={newest} /> }),
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

test("of a run by the newest version, and of one that cannot be resumed, there is nothing to tell", async () => {
  open("failed", 1);
  expect((await screen.findByRole("button", { name: "Resume" })).getAttribute("aria-describedby")).toBeNull();
  open("completed", 2);
  expect(await screen.findByRole("button", { name: "Rerun by version 2" })).toBeTruthy();
  expect(screen.queryByText(/is newer/)).toBeNull();
});
