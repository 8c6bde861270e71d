import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { readUsageSearch } from "./search";
import { UsagePage } from "./usage-page";

afterEach(() => vi.unstubAllGlobals());

/** The page at an address, in a tier that shows so many days, and where its address leads. */
function open(address: string, historyDays: number | null = null) {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  vi.stubGlobal(
    "EventSource",
    class extends EventTarget {
      close() {}
    },
  );
  const features = { historyDays };
  const user = { id: "ann", name: "Ann", features, tier: "free", teams: [{ id: "acme", name: "Acme", role: "owner", timezone: "UTC", tier: "free", features }] };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(sessionQuery.queryKey, user as unknown as User);
  const root = createRootRoute();
  const signedIn = createRoute({ getParentRoute: () => root, id: "signed-in" });
  const page = createRoute({ getParentRoute: () => signedIn, path: "/dashboard/usage", validateSearch: readUsageSearch, component: UsagePage });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({
    routeTree: root.addChildren([signedIn.addChildren([page])]),
    history,
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
  return history;
}

test("a range that there is not is replaced in the address by the one that is shown", async () => {
  const history = open("/dashboard/usage?team=acme&zone=UTC&range=decade&from=2026-11-31", 7);
  await screen.findByRole("heading", { name: "Usage" });
  await waitFor(() => expect(history.location.search).toBe("?team=acme&zone=UTC&range=7d"));
  expect(history.length).toBe(1);
});

test("an address that names no range stays as it is", async () => {
  const history = open("/dashboard/usage?team=acme&zone=UTC");
  await screen.findByRole("heading", { name: "Usage" });
  expect(history.location.search).toBe("?team=acme&zone=UTC");
});
