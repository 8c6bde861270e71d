import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { accountsOf } from "@/shared/session/account";
import { sessionQuery, useUser, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { toast, Toasts } from "@/shared/ui/toast";
import { openPage } from "@/test/page-stand";
import { aboutAlert } from "./api";
import { Bell } from "./bell";

class Source extends EventTarget {
  static readonly opened: Source[] = [];
  constructor() {
    super();
    Source.opened.push(this);
  }
  close() {}
}

afterEach(() => vi.unstubAllGlobals());

test("what is told of an alert goes once someone else has seen to it, and the rest with the account", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("EventSource", Source);
  const alert = (id: string, acknowledged: boolean) => ({ id, severity: "critical", title: id, message: "", occurredAt: "2026-11-25T10:00:00Z", acknowledged });
  const alerts = [alert("seen", true), alert("open", false)];
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ alerts, unread: 1, nextCursor: null })));
  const user = { id: "ann", name: "Ann", features: {}, tier: "free", teams: [{ id: "acme", name: "Acme", role: "owner", timezone: "UTC", tier: "free", features: {} }] } as unknown as User;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(sessionQuery.queryKey, user);
  toast("What was seen to", "critical", aboutAlert("seen"));
  toast("What is open", "critical", aboutAlert("open"));
  render(<Toasts />);
  const router = createRouter({ routeTree: createRootRoute({ component: () => <Bell account={accountsOf(user)[0]!} /> }), history: createMemoryHistory() });
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
  await waitFor(() => expect(screen.queryByText("What was seen to")).toBeNull());
  expect(screen.getByText("What is open")).toBeTruthy();
  act(() => unmount());
  expect(screen.queryByText("What is open")).toBeNull();
});

function OwnBell() {
  return <Bell account={accountsOf(useUser())[0]!} />;
}

test("a budget's next threshold stands in place of the one before, and another budget's beside it", async () => {
  const opened = Source.opened.length;
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ alerts: [], unread: 0, nextCursor: null })));
  render(<Toasts />);
  openPage("/", [{ path: "/", component: OwnBell }]);
  const raise = (id: string, budgetId: string) =>
    act(() => {
      const alert = { id, budgetId, dimension: "account", severity: "warning", title: `Told: ${id}`, message: "", occurredAt: "2026-11-25T10:00:00Z", acknowledged: false };
      Source.opened.at(-1)!.dispatchEvent(new MessageEvent("alert", { data: JSON.stringify(alert) }));
    });
  await waitFor(() => expect(Source.opened.length).toBeGreaterThan(opened));
  raise("first", "bud_1");
  raise("other", "bud_2");
  raise("second", "bud_1");
  expect(screen.queryByText("Told: first")).toBeNull();
  expect(screen.getByText("Told: second")).toBeTruthy();
  expect(screen.getByText("Told: other")).toBeTruthy();
  // Who opens the list sees them there.
  act(() => screen.getByTestId("bell").click());
  await waitFor(() => expect(screen.queryByText("Told: second")).toBeNull());
});
