import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { tellsMembers, type Account } from "@/shared/session/account";
import { breakdownQuery, shownQuery } from "./api";
import { Breakdown } from "./breakdown";
import { TopPrompts } from "./top-prompts";
import { nothingIn } from "./usage-page";

function account(features: Account["features"], isTeam = true): Account {
  return { key: "acme", isTeam, tier: "free", features, params: { teamId: "acme" }, visible: { teamId: "acme" }, maySeeAll: true } as unknown as Account;
}

const FREE = account({ memberAnalytics: false, topPrompts: false });

function show(content: ReactNode) {
  render(<QueryClientProvider client={new QueryClient()}>{content}</QueryClientProvider>);
}

test("a tier that does not tell of members is asked for the days in their place, and for every other breakdown as it is", () => {
  const asked = (of: Account, by: string) => [shownQuery(of, { by }, "UTC"), breakdownQuery(of, { by }, "UTC")].map((query) => (query.queryKey[3] as { groupBy: string }).groupBy);
  expect(asked(FREE, "user")).toEqual(["day", "day"]);
  expect(asked(FREE, "model")).toEqual(["model", "model"]);
  expect(asked(account({}), "user")).toEqual(["user", "user"]);
  expect(asked(account({ memberAnalytics: false }, false), "user")).toEqual(["user", "user"]);
  expect(tellsMembers(FREE)).toBe(false);
});

test("where spend by member is not told, that is said, and another breakdown can be chosen", () => {
  show(<Breakdown account={FREE} search={{ by: "user" }} stats={undefined} isBefore={false} error={null} retry={() => undefined} onChange={() => undefined} />);
  expect(screen.getByText("What each member spends is not told in the tier free")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByRole("button", { name: "By member" })).toBeTruthy();
});

test("where the dearest prompts are not told, nobody is asked to send what they send already", () => {
  show(<TopPrompts account={FREE} search={{}} zone="UTC" stats={undefined} error={null} retry={() => undefined} onPick={() => undefined} onChange={() => undefined} />);
  expect(screen.getByText("The dearest prompts are not told in the tier free")).toBeTruthy();
  expect(screen.queryByText(/Send a promptId/)).toBeNull();
});

test("an account whose earlier days are not shown is not said to have used nothing ever", () => {
  expect(nothingIn({ range: "7d" }, true)).toBe("Nothing has arrived in the last 7 days");
  expect(nothingIn({ range: "day" }, true)).toBe("Nothing has arrived today");
  expect(nothingIn({}, false)).toBe("Nothing has arrived yet");
});
