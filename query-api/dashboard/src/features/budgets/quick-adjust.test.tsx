import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { HintProvider } from "@/shared/ui/hint";
import { budgetsQuery, type Budget } from "./api";
import { QuickAdjust } from "./quick-adjust";

afterEach(() => vi.unstubAllGlobals());

const ACCOUNT = { key: "acme", params: { teamId: "acme" }, maySeeAll: true, mayManage: true } as unknown as Account;

function budget(version: number, limitUsd: string): Budget {
  const status = { unit: "usd", percentage: 50, spent: "20.00", limit: limitUsd, projected: null, isExceeded: false, value: "team:acme", periodStart: "2026-11-01T00:00:00Z" };
  return { id: "b1", version, alertVersion: 1, name: "All of it", enforcement: "block", dimension: "account", limitUsd, period: "month", thresholds: [], status } as unknown as Budget;
}

function open() {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  const client = new QueryClient();
  client.setQueryData(budgetsQuery(ACCOUNT).queryKey, { budgets: [budget(1, "40.00")] } as never);
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <QuickAdjust account={ACCOUNT} budget={budget(1, "40.00")} onClose={() => undefined} />
      </HintProvider>
    </QueryClientProvider>,
  );
  return client;
}

test("whoever adjusts what someone else has just changed is told so, and sees what it is now", async () => {
  const client = open();
  expect(await screen.findByText("$40.00")).toBeTruthy();
  expect(screen.queryByText(/^Someone has changed this budget/)).toBeNull();
  await act(async () => {
    client.setQueryData(budgetsQuery(ACCOUNT).queryKey, { budgets: [budget(2, "35.00")] } as never);
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect(await screen.findByText("$35.00")).toBeTruthy();
  expect(screen.getByText(/^Someone has changed this budget/)).toBeTruthy();
});

test("a limit below what is spent is said to be exceeded at once, and that it blocks", () => {
  open();
  fireEvent.change(screen.getByLabelText("New limit"), { target: { value: "20" } });
  expect(screen.getByText("As much is spent already: this limit is exceeded at once, and further runs are blocked.")).toBeTruthy();
  fireEvent.change(screen.getByLabelText("New limit"), { target: { value: "20.01" } });
  expect(screen.queryByText(/exceeded at once/)).toBeNull();
});
