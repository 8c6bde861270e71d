import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { KeysPage } from "./keys-page";

afterEach(() => vi.unstubAllGlobals());

const key = (name: string, more: object) => ({ id: name, name, prefix: "pm_abc", scopes: ["ingest"], maySpeakForOthers: false, createdAt: "2026-01-01T00:00:00Z", ...more });

function open(...keys: object[]) {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(sessionQuery.queryKey, { id: "ann", name: "Ann", email: "ann@example.com", features: {}, teams: [] } as unknown as User);
  client.setQueryData(["keys", "me"], keys);
  const router = createRouter({ routeTree: createRootRoute({ component: KeysPage }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

test("what a key may is said as it was chosen, and which are over", async () => {
  open(key("Old", { scopes: ["ingest", "query"], maySpeakForOthers: true, expiresAt: "2026-01-02T00:00:00Z" }), key("New", { expiresAt: "2999-01-01T00:00:00Z" }), key("For good", {}));
  const [old, fresh, lasting] = await screen.findAllByTestId("api-key");
  expect(within(old!).getByText("Send usage")).toBeTruthy();
  expect(within(old!).getByText("See usage")).toBeTruthy();
  expect(within(old!).getByText("Expired")).toBeTruthy();
  // Where there are no columns for it.
  expect(within(old!).getByText("Send usage, See usage, Speaks for others · never used")).toBeTruthy();
  expect(within(fresh!).queryByText("Expired")).toBeNull();
  expect(within(lasting!).queryByText("Expired")).toBeNull();
});
