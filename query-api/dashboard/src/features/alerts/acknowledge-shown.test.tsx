import { QueryClient, QueryClientProvider, keepPreviousData } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { AlertsPage } from "./alerts-page";
import { readAlertSearch } from "./search";

afterEach(() => vi.unstubAllGlobals());

const alert = (id: string, severity: string) => ({ id, severity, title: id, message: "90% of the limit is used.", occurredAt: "2026-11-25T10:00:00Z", acknowledged: false });

test("alerts that are shown only until the answer for another filter is there are not acknowledged in its name", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  let answerInfo: (response: Response) => void = () => undefined;
  const list = (...alerts: object[]) => Response.json({ alerts, unread: alerts.length, nextCursor: null });
  vi.stubGlobal("fetch", ({ url }: Request) =>
    new URL(url).searchParams.get("severity") === "info" ? new Promise<Response>((resolve) => (answerInfo = resolve)) : Promise.resolve(list(alert("grave", "critical"), alert("mild", "info"))),
  );
  const user = { id: "ann", name: "Ann", features: {}, tier: "free", teams: [{ id: "acme", name: "Acme", role: "owner", timezone: "UTC", tier: "free", features: {} }] };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, placeholderData: keepPreviousData } } });
  client.setQueryData(sessionQuery.queryKey, user as unknown as User);
  const root = createRootRoute();
  const signedIn = createRoute({ getParentRoute: () => root, id: "signed-in" });
  const page = createRoute({ getParentRoute: () => signedIn, path: "/dashboard/alerts", validateSearch: readAlertSearch, component: AlertsPage });
  const history = createMemoryHistory({ initialEntries: ["/dashboard/alerts?team=acme"] });
  const router = createRouter({ routeTree: root.addChildren([signedIn.addChildren([page])]), history });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
  const acknowledge = () => screen.getByRole<HTMLButtonElement>("button", { name: "Acknowledge these" });
  await screen.findByText("grave");
  expect(acknowledge().disabled).toBe(false);
  await userEvent.selectOptions(screen.getByLabelText("Severity"), "info");
  await waitFor(() => expect(acknowledge().disabled).toBe(true));
  expect(screen.getByText("grave").closest("[aria-busy=true]")).not.toBeNull();
  answerInfo(list(alert("mild", "info")));
  await waitFor(() => expect(screen.queryByText("grave")).toBeNull());
  expect(acknowledge().disabled).toBe(false);
});
