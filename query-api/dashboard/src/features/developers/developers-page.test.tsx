import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { addDays, today } from "@/shared/format/time";
import { acme, openPage } from "@/test/page-stand";
import { DevelopersPage } from "./developers-page";
import { readDeveloperSearch } from "./search";

const NONE = { developers: 0, sessions: 0, runs: 0, unpricedRuns: 0, totalTokens: 0, cost: "0.00", reportedRuns: 0, reportedCost: "0.00", comparedRuns: 0, reportedOfCompared: "0.00", costOfReported: "0.00" };

afterEach(() => vi.unstubAllGlobals());

const CALL = { ...NONE, userId: "ann", model: "opus", agent: "claude-code", runs: 2, totalTokens: 10, cost: "0.50" };

const REPORTED = { ...CALL, runs: 5, reportedRuns: 4, reportedCost: "0.50", comparedRuns: 3, reportedOfCompared: "0.40", costOfReported: "0.90" };

let history: ReturnType<typeof openPage>["history"];

/** The page in a tier that shows seven days, and the first days that it asked for. */
function open(address: string, developers: readonly object[] = [], role = "owner"): string[] {
  const asked: string[] = [];
  const first = addDays(today("UTC", new Date()), -7);
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname, searchParams } = new URL(url);
    if (!pathname.endsWith("/developers")) {
      return new Promise(() => undefined);
    }
    asked.push(searchParams.get("startDate")!);
    return Promise.resolve(
      asked.at(-1)! < first
        ? Response.json({ code: "tier_limit", detail: "The tier 'free' allows at most 7 days of history", limit: { name: "historyDays", max: 7, current: null, tier: "free" } }, { status: 403 })
        : Response.json({ summary: developers.length > 0 ? { ...developers[0], developers: 1 } : NONE, developers, nextCursor: null }),
    );
  });
  const features = { historyDays: 7 };
  const pages = [
    { path: "/dashboard/developers", validateSearch: readDeveloperSearch, component: DevelopersPage },
    { path: "/settings/api-keys", component: () => null },
  ];
  history = openPage(address, pages, { features, teams: [acme({ features, role })] }).history;
  return asked;
}

test("whoever may see a week is shown a week, and is not offered more", async () => {
  const asked = open("/dashboard/developers?team=acme&zone=UTC");
  expect(await screen.findByText("No coding agent has told of a call in the last 7 days")).toBeTruthy();
  expect(asked).toHaveLength(1);
  expect(screen.getByLabelText<HTMLSelectElement>("Range").value).toBe("7d");
  expect(screen.getByRole<HTMLOptionElement>("option", { name: "Last 90 days" }).disabled).toBe(true);
});

test("an address with a longer range is refused, and leads to the one that is shown", async () => {
  open("/dashboard/developers?team=acme&zone=UTC&range=90d");
  expect((await screen.findByRole("alert")).textContent).toContain("at most 7 days of history");
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show the last 7 days" }));
  expect(await screen.findByText("No coding agent has told of a call in the last 7 days")).toBeTruthy();
});

test("an agent that has told of nothing is not taken for none at all, and the others are a click away", async () => {
  open("/dashboard/developers?team=acme&agent=codex", [CALL]);
  await userEvent.click(await screen.findByRole("button", { name: "Show every agent" }));
  expect((await screen.findByTestId("developers-spend")).textContent).toContain("$0.50");
});

test("what agents report is compared for the calls that have a price, and how many have none is told", async () => {
  open("/dashboard/developers?team=acme", [REPORTED]);
  expect((await screen.findByTestId("developers-reported")).textContent).toMatch(/\$0\.50\s*4 calls; without the 1 that has no price, reported: \$0\.40, counted: \$0\.90 \(\+125(\.0)?%\)/);
});

test("what agents report of calls without any price is not compared at all", async () => {
  open("/dashboard/developers?team=acme", [{ ...REPORTED, comparedRuns: 0, reportedOfCompared: "0.00", costOfReported: "0.00" }]);
  expect((await screen.findByTestId("developers-reported")).textContent).toMatch(/\$0\.50\s*4 calls, without a price to compare with$/);
});

test("an address with a range that there is not says what is shown in its place", async () => {
  const asked = open("/dashboard/developers?team=acme&zone=UTC&range=decade");
  await waitFor(() => expect(history.location.search).toContain("range=7d"));
  expect(await screen.findByText("No coding agent has told of a call in the last 7 days")).toBeTruthy();
  expect(asked).toHaveLength(1);
});

test.each([
  ["owner", true],
  ["editor", false],
])("whoever is %s is led to making a key (%s), or told whom to ask", async (role, mayMake) => {
  open("/dashboard/developers?team=acme&zone=UTC", [], role);
  expect(await screen.findByText(/The key is one that may send usage\./)).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Create one" }) !== null).toBe(mayMake);
  expect(screen.queryByText(/Ask an owner or admin of Acme for one\./) === null).toBe(mayMake);
});
