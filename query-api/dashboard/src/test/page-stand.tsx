import { QueryClient, QueryClientProvider, type DefaultOptions, type QueryKey } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider, type RouterHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";

interface StandingPage {
  path: string;
  component: () => ReactNode;
  validateSearch?: (raw: Record<string, unknown>) => object;
}

interface Stand {
  /** What the viewer's own account may use. */
  features?: object;
  teams?: readonly object[];
  queries?: NonNullable<DefaultOptions["queries"]>;
  /** What is known already, as from another page, by the keys of its queries. */
  known?: readonly (readonly [QueryKey, unknown])[];
  /** As the application reads addresses, where that makes a difference. */
  parseSearch?: (search: string) => Record<string, unknown>;
}

/** The team that Ann is in. */
export function acme({ role = "owner", features = {} }: { role?: string; features?: object } = {}): object {
  return { id: "acme", name: "Acme", role, timezone: "UTC", tier: "free", features };
}

/**
 * Shows a page as it stands in the application, behind the sign-in, to a person named Ann. What it asks the API is answered by whatever
 * the test has put in the place of fetch; what fails is not asked for again.
 *
 * @param pages the one that is looked at, and those that it leads to
 * @returns where the addresses go that it leads to, and what it knows
 */
export function openPage(
  address: string,
  pages: readonly StandingPage[],
  { features = {}, teams = [acme()], queries = {}, known = [], parseSearch }: Stand = {},
): { history: RouterHistory; client: QueryClient } {
  vi.stubGlobal("scrollTo", () => undefined);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, ...queries } } });
  client.setQueryData(sessionQuery.queryKey, { id: "ann", name: "Ann", features, tier: "free", teams } as unknown as User);
  known.forEach(([key, data]) => client.setQueryData(key, data));
  const root = createRootRoute();
  const signedIn = createRoute({ getParentRoute: () => root, id: "signed-in" });
  const routes = pages.map((page) => createRoute({ getParentRoute: () => signedIn, ...page }));
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({ routeTree: root.addChildren([signedIn.addChildren(routes)]), history, ...(parseSearch ? { parseSearch } : {}) });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
  return { history, client };
}
