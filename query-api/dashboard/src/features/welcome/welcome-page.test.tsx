import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { WelcomePage } from "./welcome-page";

afterEach(() => vi.unstubAllGlobals());

function open(hasKey: boolean, usage: readonly object[]) {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ usage, nextCursor: null })));
  vi.stubGlobal(
    "EventSource",
    class extends EventTarget {
      close() {}
    },
  );
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const team = { id: "acme", name: "Acme", role: "owner", timezone: "UTC", tier: "free", features: {} };
  client.setQueryData(sessionQuery.queryKey, { id: "ann", name: "Ann", features: {}, tier: "free", teams: [team] } as unknown as User);
  const root = createRootRoute();
  const page = createRoute({
    getParentRoute: () => root,
    path: "/welcome",
    component: () => <WelcomePage makeKey={() => Promise.resolve("pm_1")} hasKey={hasKey} hasBudget={false} wizard={() => null} />,
  });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: ["/welcome?team=acme&zone=UTC"] }) });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
}

test("what was done before is done after a reload too: a key is there, and the last event is shown", async () => {
  open(true, [{ id: "e1", time: "2026-11-26T14:00:00Z", cost: "0.25", totalTokens: 1200 }]);
  expect((await screen.findByText("Events have come,")).parentElement!.textContent).toContain("1,200 tokens for $0.25");
  expect(screen.queryByText(/Listening for it/)).toBeNull();
  expect(screen.getAllByLabelText("Done")).toHaveLength(3);
  expect(screen.getByRole("button", { name: "Create another key" })).toBeTruthy();
});

test("where there is nothing yet, nothing is done", async () => {
  open(false, []);
  expect(await screen.findByText(/Listening for it/)).toBeTruthy();
  expect(screen.queryByLabelText("Done")).toBeNull();
  expect(screen.getByRole("button", { name: "Create a key" })).toBeTruthy();
});
