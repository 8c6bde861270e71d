import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { User } from "@/shared/session/session";
import { acme, openPage } from "@/test/page-stand";
import { teamFile } from "./api";
import { readTeamSearch } from "./search";
import { TeamDashboardPage } from "./team-dashboard-page";

const FIGURES = { totalCost: "1.50", totalTokens: 1200, totalRuns: 3, avgCostPerRun: "0.50", unpricedRuns: 0, tokens: {} };

const TRENDS = [{ date: "2026-11-02", runs: 2, tokens: 800, cost: "0.50" }];

const PROMPTS = [{ promptId: "welcome", runs: 3, tokens: 1200, cost: "1.50", unpricedRuns: 0 }];

afterEach(() => vi.unstubAllGlobals());

/** The page of a team, and what it asked the statistics to be grouped by. The server refuses what the tier does not have. */
function open(features: User["features"], { member = "", role = "owner", budgets = [] as unknown[] | null, reports = [] as unknown[], spender = "ann", log = [] as unknown[] | null } = {}): string[] {
  const groups: string[] = [];
  const answers: Record<string, (query: URLSearchParams) => Response> = {
    "/api/teams/acme/members": () => Response.json({ members: [{ userId: "ann", name: "Ann" }], nextCursor: null }),
    "/api/teams/acme/reports": () => Response.json({ reports }),
    "/api/teams/acme/audit-log": () => (log ? Response.json({ entries: log, nextCursor: null }) : Response.json({ detail: "Not now" }, { status: 500 })),
    "/api/token-tracking/budgets": () => (budgets ? Response.json({ budgets }) : Response.json({ detail: "Not now" }, { status: 500 })),
    "/api/token-tracking/suggestions": () => Response.json({ suggestions: [], totalSavings: "0.00", savingsPercentage: "0.0", longPrompts: [] }),
    "/api/token-tracking/stats": (query) => {
      const userId = query.get("userId");
      groups.push(`${userId ? `${userId} ` : ""}${query.get("groupBy")}`);
      if (userId) {
        const share = { category: query.get("groupBy") === "model" ? "gpt-4o" : "greeting", runs: 2, tokens: 800, cost: "0.50", unpricedRuns: 0 };
        return Response.json({ summary: { ...FIGURES, totalCost: "0.50" }, previous: FIGURES, breakdown: [share], trends: TRENDS });
      }
      return groups.at(-1) === "user" && features.memberAnalytics === false
        ? Response.json({ code: "tier_limit", detail: "The tier 'free' does not include what a team spends by member" }, { status: 403 })
        : Response.json({ summary: FIGURES, previous: FIGURES, breakdown: [{ category: spender, runs: 3, tokens: 1200, cost: "1.50" }], trends: TRENDS, topPrompts: PROMPTS });
    },
  };
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname, searchParams } = new URL(url);
    return Promise.resolve(answers[pathname]!(searchParams));
  });
  openPage(`/dashboard/team?team=acme&trend=table${member && `&member=${member}`}`, [{ path: "/dashboard/team", validateSearch: readTeamSearch, component: TeamDashboardPage }], {
    teams: [acme({ role, features })],
  });
  return groups;
}

test("a team is told what each member spends", async () => {
  const groups = open({});
  expect((await screen.findByTestId("member-row")).textContent).toContain("Ann");
  expect(screen.getByLabelText("Active members")).toBeTruthy();
  expect(groups).toEqual(["user"]);
});

const GONE = { action: "member_removed", actor: { kind: "person", id: "ann", name: "Ann" }, resourceType: "member", resourceId: "usr_gus", oldValues: { role: "viewer", name: "Gus" }, newValues: null };

test.each([
  ["as the log of changes calls them", [GONE], "Gus"],
  ["by themselves, as what they did last calls them", [{ ...GONE, action: "member_left", actor: { kind: "person", id: "usr_gus", name: "Gus" }, oldValues: { role: "viewer" } }], "Gus"],
  ["where the log does not say it, by the end of their id", [], "someone who left (usr_…_gus)"],
  ["where there is no answer, likewise", null, "someone who left (usr_…_gus)"],
])("who has spent something and left is named %s", async (_how, log, name) => {
  open({}, { spender: "usr_gus", log });
  const row = (await screen.findByText(name, { selector: "a" })).closest("tr");
  expect(row?.textContent).toContain("No longer a member");
});

test("where the tier does not tell it, the page says so, and has the team's totals", async () => {
  const groups = open({ memberAnalytics: false });
  expect(await screen.findByText("What each member spends is not told in the tier free")).toBeTruthy();
  const total = await screen.findByLabelText("Team total");
  expect(total.querySelector("[data-nano-usd]")?.getAttribute("data-nano-usd")).toBe("1500000000");
  expect(screen.getByLabelText("Members").textContent).toContain("1");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.queryByText("Nobody is called that.")).toBeNull();
  expect(groups).toEqual(["day"]);
});

test("the page is shown as of one member, whom the address holds, and as of everyone again", async () => {
  const groups = open({});
  await screen.findByRole("option", { name: "Ann" });
  const select = screen.getByLabelText<HTMLSelectElement>("View as");
  expect(select.value).toBe("");
  await userEvent.selectOptions(select, "Ann");
  expect(await screen.findByText("gpt-4o")).toBeTruthy();
  expect(await screen.findByText("greeting")).toBeTruthy();
  expect(await screen.findByText("Spend by day")).toBeTruthy();
  expect(screen.getByLabelText("Spend").querySelector("[data-nano-usd]")?.getAttribute("data-nano-usd")).toBe("500000000");
  expect(await screen.findByRole("region", { name: "Spend by day, as a table" })).toBeTruthy();
  expect(screen.queryByTestId("member-row")).toBeNull();
  expect(screen.getByLabelText<HTMLSelectElement>("View as").value).toBe("ann");
  expect(groups).toEqual(["user", "ann model", "ann prompt"]);
  await userEvent.selectOptions(screen.getByLabelText("View as"), "Everyone");
  expect((await screen.findByTestId("member-row")).textContent).toContain("Ann");
});

test("an address of a member leads to their part, also of one who has left the team", async () => {
  open({}, { member: "bob" });
  expect((await screen.findByRole("list", { name: "Top models" })).textContent).toContain("gpt-4o");
  await screen.findByRole("option", { name: "Ann" });
  const select = screen.getByLabelText<HTMLSelectElement>("View as");
  expect([...select.options].map((option) => option.text)).toEqual(["Everyone", "Ann", "bob"]);
  expect(select.value).toBe("bob");
});

test("whoever may not see what a member spends is not shown it by an address either", async () => {
  const ofTier = open({ memberAnalytics: false }, { member: "ann" });
  expect(await screen.findByText("What each member spends is not told in the tier free")).toBeTruthy();
  expect(screen.queryByLabelText("View as")).toBeNull();
  expect(ofTier).toEqual(["day"]);
});

test("an editor of the team has no view of another member", async () => {
  const ofRole = open({}, { member: "ann", role: "editor" });
  expect(await screen.findByText("Team spend is for this team's admins")).toBeTruthy();
  expect(screen.queryByLabelText("View as")).toBeNull();
  expect(ofRole).toEqual([]);
});

test("the team's days and its dearest prompts come with what is asked for anyway, and no prompt where the tier tells none", async () => {
  const groups = open({});
  expect((await screen.findByRole("list", { name: "Top prompts" })).textContent).toContain("welcome");
  expect(await screen.findByText("Spend by day")).toBeTruthy();
  expect(groups).toEqual(["user"]);
  cleanup();
  open({ topPrompts: false });
  expect(await screen.findByText("The dearest prompts are not told in the tier free")).toBeTruthy();
  expect(screen.queryByText("welcome")).toBeNull();
});

test("how many the tier has room for is told beside how many there are, where it is limited", async () => {
  open({ seats: 3 });
  expect((await screen.findByLabelText("Active members")).textContent).toContain("of 1, with 3 seats");
  cleanup();
  open({ seats: null });
  expect((await screen.findByLabelText("Active members")).textContent).not.toContain("seat");
});

test("how far a member's budget is stands beside its status too, where its column has no room", async () => {
  const status = { value: "ann", unit: "usd", limit: "2.00", spent: "1.70", percentage: 85 };
  open({}, { budgets: [{ id: "b1", dimension: "member", period: "month", values: [status] }] });
  const row = await screen.findByTestId("member-row");
  expect([...row.querySelectorAll("td")].at(-1)!.textContent).toBe("Getting there85%");
});

test("of a member's budget, too little to be told is not told as nothing, in no place", async () => {
  const status = { value: "ann", unit: "usd", limit: "1000000.00", spent: "1.00", percentage: 0 };
  const budgets = [{ id: "b1", dimension: "member", period: "month", values: [status] }];
  open({}, { budgets });
  const row = await screen.findByTestId("member-row");
  expect([...row.querySelectorAll("td")].at(-1)!.textContent).toBe("OK<0.1%");
  expect(row.textContent).toContain("<0.1% of $1,000,000");
  expect(screen.getByRole("progressbar", { name: "Budget of Ann" }).getAttribute("aria-valuetext")).toBe("<0.1%");
  cleanup();
  open({}, { member: "ann", budgets });
  expect((await screen.findByLabelText("Spend")).textContent).toContain("<0.1% of");
  cleanup();
  open({}, { budgets: [{ ...budgets[0], values: [{ ...status, spent: "0.00" }] }] });
  expect((await screen.findByRole("progressbar", { name: "Budget of Ann" })).getAttribute("aria-valuetext")).toBe("0%");
});

test("the reports that are sent by themselves are told, with the way to where they are set", async () => {
  const report = { id: "r1", name: "To finance", frequency: "weekly", to: ["cfo@example.com"], dueAt: "2026-11-30T06:00:00Z" };
  open({}, { reports: [{ ...report, enabled: true }, { ...report, id: "r2", name: "Old", enabled: false }] });
  const list = await screen.findByRole("list", { name: "Scheduled reports" });
  const [sent, old] = [...list.querySelectorAll("li")].map((item) => item.textContent);
  expect(sent).toMatch(/^To finance.*Every week · cfo@example\.com · next /);
  expect(old).toMatch(/^OldOff.*Every week · cfo@example\.com$/);
  expect(screen.getByRole("link", { name: "Add or change" }).getAttribute("href")).toContain("/settings/notifications");
});

test("a member's budget is not said to be none before it is known, and not either when it could not be loaded", async () => {
  const status = { value: "bob", unit: "usd", limit: "2.00", spent: "1.70", percentage: 85 };
  // Of one who has left and has spent nothing since, there is no row.
  open({}, { member: "bob", budgets: [{ id: "b1", dimension: "member", period: "month", values: [status] }] });
  expect((await screen.findByLabelText("Spend")).textContent).toContain("85% of $2.00 each month");
  cleanup();
  open({}, { member: "ann", budgets: null });
  expect(await screen.findByText(/Their budget could not be loaded/)).toBeTruthy();
  expect(screen.queryByText("No budget of their own")).toBeNull();
  cleanup();
  open({}, { member: "ann" });
  expect((await screen.findByLabelText("Spend")).textContent).toContain("No budget of their own");
});

test("a file holds what the page shows: this month's days in its zone, of everyone or of the one it is viewed as", async () => {
  const acme = { key: "acme", name: "Acme" };
  const days = { from: "2026-11-01", to: "2026-11-26" };
  const whole = teamFile(acme, "Europe/Berlin", { ...days, member: null }, "parquet");
  expect(whole).toEqual({
    url: "/api/teams/acme/usage/export?format=parquet&startDate=2026-11-01&endDate=2026-11-26&timezone=Europe%2FBerlin",
    name: "usage-Acme-2026-11-01-to-2026-11-26.parquet",
  });
  const part = teamFile(acme, "UTC", { from: null, to: "2026-11-26", member: { userId: "ann", name: "Ann" } }, "csv");
  expect(part).toEqual({ url: "/api/teams/acme/usage/export?format=csv&endDate=2026-11-26&timezone=UTC&userId=ann", name: "usage-Acme-Ann-until-2026-11-26.csv" });
  open({}, { member: "ann" });
  await userEvent.click(await screen.findByRole("button", { name: "Export" }));
  expect(screen.getAllByRole("menuitem").map((item) => item.textContent?.trim())).toEqual(["CSV", "JSON", "Parquet"]);
});
