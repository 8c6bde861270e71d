import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { AlertRow } from "./alert-row";
import type { Alert } from "./api";

afterEach(() => vi.unstubAllGlobals());

const alert = (id: string) => ({ id, severity: "warning", title: id, message: "90% is used.", occurredAt: "2026-11-25T10:00:00Z" }) as unknown as Alert;

function Rows() {
  const [seen, setSeen] = useState<readonly string[]>([]);
  return (
    <>
      {["first", "second"].map((id) => (
        <AlertRow key={id} alert={{ ...alert(id), acknowledged: seen.includes(id) }} zone="UTC" now={0} onAcknowledge={() => setSeen([...seen, id])} />
      ))}
    </>
  );
}

test("whoever sees to alerts by keyboard goes on from the one that was seen to", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, { id: "ann", name: "Ann", features: {}, tier: "free", teams: [] } as unknown as User);
  const router = createRouter({ routeTree: createRootRoute({ component: Rows }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
  (await screen.findByRole("button", { name: "Acknowledge: first" })).focus();
  await userEvent.keyboard("{Enter}");
  expect(screen.queryByRole("button", { name: "Acknowledge: first" })).toBeNull();
  expect(document.activeElement).toBe(screen.getAllByTestId("alert")[0]);
  await userEvent.tab();
  await userEvent.tab();
  await userEvent.tab();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Acknowledge: second" }));
});
