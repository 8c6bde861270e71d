import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { HintProvider } from "@/shared/ui/hint";
import type { Stats } from "./api";
import { Cards } from "./cards";
import { SavingsCard } from "./savings";

const ACCOUNT = { key: "acme", params: { teamId: "acme" }, visible: { teamId: "acme" }, zone: "UTC", maySeeAll: true, tier: "free", features: {} } as unknown as Account;

const FIGURES = { totalCost: "1.00", totalTokens: 10, totalRuns: 1, avgCostPerRun: "1.00", unpricedRuns: 0, tokens: {} };

const STATS = { summary: FIGURES, previous: FIGURES } as unknown as Stats;

/** What the server answers by path; a problem for what is not here. */
let answers: Record<string, unknown> = {};

beforeEach(() => {
  answers = {};
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const known = answers[new URL(url).pathname];
    return Promise.resolve(Response.json(known ?? { detail: "The ledger is being moved" }, { status: known ? 200 : 500 }));
  });
});

afterEach(() => vi.unstubAllGlobals());

function show(content: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>{content}</HintProvider>
    </QueryClientProvider>,
  );
}

test("suggestions that could not be loaded say so, and come with another try", async () => {
  show(<SavingsCard account={ACCOUNT} search={{}} zone="UTC" onPick={() => undefined} />);
  expect((await screen.findByRole("alert")).textContent).toContain("The ledger is being moved");
  answers["/api/token-tracking/suggestions"] = {
    suggestions: [{ title: "Use a smaller model", description: "", savings: "0.50" }],
    totalSavings: "0.50",
    savingsPercentage: "50.0",
    longPrompts: [],
  };
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Use a smaller model")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a forecast and a budget that could not be loaded say so, each for itself", async () => {
  show(<Cards account={ACCOUNT} stats={STATS} zone="UTC" search={{}} onShowUnpriced={() => undefined} />);
  const forecast = await screen.findByText(/The forecast could not be loaded: The ledger is being moved/);
  expect(await screen.findByText(/The budget could not be loaded/)).toBeTruthy();
  answers["/api/token-tracking/stats"] = { summary: FIGURES, forecast: { projectedCost: "5.00", lowCost: "4.00", highCost: "6.00" } };
  await userEvent.click(forecast.querySelector("button")!);
  expect(await screen.findByText(/This month is heading for/)).toBeTruthy();
  expect(screen.getByText(/The budget could not be loaded/)).toBeTruthy();
});

const FORECAST = { projectedCost: "5.00", lowCost: "4.00", highCost: "6.00" };

test("a run without a price takes the forecast from nobody: it says what is not in it", async () => {
  const unpriced = { ...FIGURES, unpricedRuns: 1 };
  answers["/api/token-tracking/stats"] = { summary: unpriced, forecast: FORECAST };
  show(<Cards account={ACCOUNT} stats={{ ...STATS, summary: unpriced } as unknown as Stats} zone="UTC" search={{}} onShowUnpriced={() => undefined} />);
  const note = await screen.findByText(/This month is heading for/);
  expect(note.textContent).toContain("without what has no price");
  expect(screen.getByRole("button", { name: "+ 1 run without a price" })).toBeTruthy();
  expect(screen.getByText("Over all runs, also those without a price")).toBeTruthy();
});

test("beside a part of the usage the savings say that they are of everything", async () => {
  answers["/api/token-tracking/suggestions"] = {
    suggestions: [{ title: "Use a smaller model", description: "", savings: "0.50" }],
    totalSavings: "0.50",
    savingsPercentage: "50.0",
    longPrompts: [],
  };
  show(<SavingsCard account={ACCOUNT} search={{ only: "model:gpt-4o" }} zone="UTC" onPick={() => undefined} />);
  expect((await screen.findByTestId("savings")).textContent).toContain("of the whole spend");
  expect(screen.getByRole("heading", { name: "Ways to spend less, of everything" })).toBeTruthy();
});

test("where the tier does not show all of the month, its forecast is not asked for, and with the time before nothing is compared", async () => {
  vi.setSystemTime("2026-11-25T12:00:00Z");
  const free = { ...ACCOUNT, features: { historyDays: 7 } } as unknown as Account;
  show(<Cards account={free} stats={STATS} zone="UTC" search={{ range: "7d" }} onShowUnpriced={() => undefined} />);
  expect(screen.getByText(/Where the month is heading is not told: the tier free/)).toBeTruthy();
  expect(screen.getByText("The time before is not shown in the tier free")).toBeTruthy();
  expect(screen.queryByText(/in the time before$/)).toBeNull();
  await screen.findByText(/The budget could not be loaded/);
  expect(screen.queryByText(/The forecast could not be loaded/)).toBeNull();
  vi.useRealTimers();
});

test("a month that the server leaves without a forecast is said to be told in part, and takes nothing else from the page", async () => {
  answers["/api/token-tracking/stats"] = { summary: FIGURES };
  const paid = { ...ACCOUNT, tier: "pro", features: { historyDays: 90 } } as unknown as Account;
  show(<Cards account={paid} stats={STATS} zone="UTC" search={{}} onShowUnpriced={() => undefined} />);
  expect(await screen.findByText(/Where the month is heading is not told: the tier pro/)).toBeTruthy();
  expect(screen.getByTestId("card-runs").textContent).toContain("1");
});

test("of a part of the usage there is no forecast, and none that has failed", async () => {
  show(<Cards account={ACCOUNT} stats={STATS} zone="UTC" search={{ only: "model:gpt-4o" }} onShowUnpriced={() => undefined} />);
  await screen.findByText(/The budget could not be loaded/);
  expect(screen.queryByText(/forecast/)).toBeNull();
  expect(screen.getByText(/is told of everything only/)).toBeTruthy();
});
