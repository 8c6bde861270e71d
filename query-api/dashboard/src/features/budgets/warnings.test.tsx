import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { HintProvider } from "@/shared/ui/hint";
import { budgetsQuery, type Budget } from "./api";
import { BudgetWarnings } from "./warnings";

const ACCOUNT = { key: "acme", params: { teamId: "acme" }, maySeeAll: true, mayManage: true } as unknown as Account;

function budget(percentage: number, patch: Partial<Budget> = {}): { budgets: Budget[] } {
  const status = { unit: "usd", percentage, spent: "0.80", limit: "1.00", projected: null, isExceeded: false, value: "team:acme", periodStart: "2026-11-01T00:00:00Z" };
  return { budgets: [{ id: "b1", version: 1, alertVersion: 1, name: "All of it", enforcement: "alert", status, ...patch } as unknown as Budget] };
}

function open(account = ACCOUNT) {
  const root = createRootRoute({
    component: () => (
      <main tabIndex={-1}>
        <BudgetWarnings account={account} />
        <Outlet />
      </main>
    ),
  });
  const pages = ["/one", "/two"].map((path) => createRoute({ getParentRoute: () => root, path, component: () => <h1>{path}</h1> }));
  const router = createRouter({ routeTree: root.addChildren(pages), history: createMemoryHistory({ initialEntries: ["/one"] }) });
  const queryClient = new QueryClient();
  const tell = (budgets: { budgets: Budget[] }) =>
    act(async () => {
      queryClient.setQueryData(budgetsQuery(account).queryKey, budgets as never);
      // Observers are told in a turn of their own.
      await new Promise((resolve) => setTimeout(resolve));
    });
  const view = render(
    <QueryClientProvider client={queryClient}>
      <HintProvider>
        <RouterProvider router={router as never} />
      </HintProvider>
    </QueryClientProvider>,
  );
  return { view, tell, go: (path: string) => act(() => router.history.push(path)) };
}

const isAwaited = () => document.documentElement.dataset.warning === "awaited";

const isFloating = () => screen.getByTestId("budget-warning").parentElement!.className.includes("fixed");

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a warning that comes while a page is read moves nothing, and has its place on the next page", async () => {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(120);
  const { tell, go } = open();
  await screen.findByText("/one");
  await tell(budget(10));
  expect(screen.queryByTestId("budget-warning")).toBeNull();
  await tell(budget(80));
  expect(isFloating()).toBe(true);
  // Its whole text with all that can be done, and the page leaves room for it below its end.
  expect(screen.getByTestId("budget-warning").innerHTML).not.toMatch(/truncate|line-clamp|sm:hidden/);
  expect(screen.getByRole("link", { name: "View details" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Increase budget" })).toBeTruthy();
  expect(screen.getByTestId("budget-warning").closest("[data-floating]")).not.toBeNull();
  expect(document.documentElement.dataset.warning).toBe("floating");
  expect(document.documentElement.style.getPropertyValue("--warning-height"), "which messages stand above").toBe("120px");
  go("/two");
  await screen.findByText("/two");
  expect(isFloating()).toBe(false);
  expect(screen.getByTestId("budget-warning").closest("[data-floating]")).toBeNull();
  expect(document.documentElement.style.getPropertyValue("--warning-height")).toBe("");
  expect(document.documentElement.dataset.warning).toBeUndefined();
});

test("a warning by an amount that is little of the limit does not say that none of it is used", async () => {
  const { tell } = open();
  await screen.findByText("/one");
  const of = budget(0.4, { thresholds: [{ amountUsd: "0.50", severity: "warning" }] as never });
  await tell(of);
  expect(screen.getByTestId("budget-warning").textContent).toContain("<1% used");
});

test("a page that is opened first is not seen before it is known whether a warning moves it down, which then has its place", async () => {
  const { tell } = open();
  await screen.findByText("/one");
  expect(isAwaited()).toBe(true);
  await tell(budget(80));
  expect(isAwaited()).toBe(false);
  expect(isFloating()).toBe(false);
});

test("a page is not kept back where there was no warning when this browser last looked", async () => {
  const first = open();
  await screen.findByText("/one");
  await first.tell(budget(10));
  first.view.unmount();
  const { tell } = open();
  await screen.findByText("/one");
  expect(isAwaited()).toBe(false);
  await tell(budget(80));
  expect(isFloating()).toBe(true);
});

test("a page is not kept back for long, for what cannot be known, nor for who may not know it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  const slow = open();
  await screen.findByText("/one");
  act(() => void vi.advanceTimersByTime(5_000));
  expect(isAwaited()).toBe(false);
  await slow.tell(budget(80));
  expect(isFloating()).toBe(true);
  slow.view.unmount();
  vi.useRealTimers();

  localStorage.clear();
  open({ ...ACCOUNT, maySeeAll: false });
  await screen.findByText("/one");
  expect(isAwaited()).toBe(false);
});

test("where there was a warning before, a place is kept for it; and what is put away leaves none", async () => {
  const first = open();
  await screen.findByText("/one");
  await first.tell(budget(80));
  first.view.unmount();

  const { tell, view } = open();
  await screen.findByText("/one");
  expect(view.container.querySelector(".min-h-32")).not.toBeNull();
  await tell(budget(80));
  expect(isFloating()).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: /Dismiss/ }));
  expect(screen.queryByTestId("budget-warning")).toBeNull();
  expect(view.container.querySelector(".min-h-32")).toBeNull();
});

test("the place that is kept is as high as the warning was in a window of this width", async () => {
  const height = vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(145);
  const first = open();
  await first.tell(budget(80));
  first.view.unmount();
  const second = open();
  await screen.findByText("/one");
  const kept = () => [...document.querySelectorAll<HTMLElement>("[style*=min-height]")].map((box) => box.style.minHeight);
  await waitFor(() => expect(kept()).toEqual(["145px"]));
  await second.tell(budget(80));
  expect(screen.getByTestId("budget-warning")).toBeTruthy();
  expect(kept()).toEqual([]);
  second.view.unmount();
  vi.stubGlobal("innerWidth", window.innerWidth - 100);
  open();
  await screen.findByText("/one");
  expect(kept()).toEqual([]);
  height.mockRestore();
});

test("what was put away stays away under another name, and comes back with what raises alerts anew, the next threshold or the next period", async () => {
  const { tell } = open();
  await screen.findByText("/one");
  const putAway = async () => userEvent.click(screen.getByRole("button", { name: /Dismiss/ }));
  await tell(budget(80));
  await putAway();
  await tell(budget(82, { name: "Renamed", version: 2 }));
  expect(screen.queryByTestId("budget-warning")).toBeNull();
  await tell(budget(82, { name: "Renamed", version: 3, alertVersion: 3 }));
  await putAway();
  await tell(budget(91, { version: 3, alertVersion: 3 }));
  expect(screen.getByTestId("budget-warning").dataset.level).toBe("warning");
  await putAway();
  const next = budget(91, { version: 3, alertVersion: 3 });
  next.budgets[0]!.status!.periodStart = "2026-12-01T00:00:00Z";
  await tell(next);
  expect(screen.getByTestId("budget-warning").dataset.level).toBe("warning");
});

test("Escape puts a warning away that has the focus, which goes to the page that it stood over", async () => {
  const { tell } = open();
  await screen.findByText("/one");
  await tell(budget(80));
  await userEvent.keyboard("{Escape}");
  expect(screen.getByTestId("budget-warning")).toBeTruthy();
  screen.getByRole("button", { name: /Dismiss/ }).focus();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByTestId("budget-warning")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("main"));
});

test("from 76 % of a budget on, whoever may change it is offered to increase it, and nobody else", async () => {
  const increase = () => screen.queryByRole("button", { name: "Increase budget" });
  const manager = open();
  await screen.findByText("/one");
  await manager.tell(budget(75.9));
  expect(screen.getByTestId("budget-warning").dataset.level).toBe("info");
  expect(increase()).toBeNull();
  await manager.tell(budget(76));
  expect(screen.getByTestId("budget-warning").dataset.level).toBe("info");
  expect(increase()).not.toBeNull();
  manager.view.unmount();

  const viewer = open({ ...ACCOUNT, mayManage: false });
  await screen.findByText("/one");
  await viewer.tell(budget(101));
  expect(screen.getByTestId("budget-warning").dataset.level).toBe("critical");
  expect(increase()).toBeNull();
});

test("of a warning its level is read out, and no amount, which would be read out whenever it moves", async () => {
  const { tell } = open();
  await screen.findByText("/one");
  await tell(budget(80));
  const said = screen.getByRole("status");
  expect(said.textContent).toBe("Budget alert: All of it");
  await tell(budget(85));
  expect(screen.getByText(/85% used/).closest("[role], [aria-live]")).toBeNull();
  expect(screen.getByRole("status")).toBe(said);
  await tell(budget(101));
  expect(screen.queryByRole("status")).toBeNull();
  expect(screen.getByRole("alert").textContent).toBe("Budget exceeded: All of it");
});

test("a critical threshold below the limit is not told as an exceeded budget, and a limit that is just reached not as one that is gone beyond", async () => {
  const { tell } = open();
  await screen.findByText("/one");
  await tell(budget(80, { thresholds: [{ percent: 50, severity: "critical" }] }));
  expect(screen.getByRole("alert").textContent).toBe("Critical budget alert: All of it");
  const status = { ...budget(100).budgets[0]!.status!, spent: "1.00", isExceeded: true };
  await tell(budget(100, { status }));
  expect(screen.getByRole("alert").textContent).toBe("Budget exceeded: All of it");
  expect(screen.getByTestId("budget-warning").textContent).toContain("All of the limit of $1.00 is used.");
  await tell(budget(172, { status: { ...status, percentage: 172, spent: "1.72" } }));
  expect(screen.getByTestId("budget-warning").textContent).toContain("$0.72 above the limit of $1.00.");
});
