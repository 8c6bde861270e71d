import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { User } from "@/shared/session/session";
import { openPage } from "@/test/page-stand";
import { readOutputSearch } from "./outputs";
import { OutputsPage } from "./outputs-page";

afterEach(() => vi.unstubAllGlobals());

type Answer = (query: URLSearchParams) => Response;

function open(address: string, features: User["features"], outputs: Answer, workflows: Answer = () => Response.json({ workflows: [], nextCursor: null })) {
  vi.stubGlobal("matchMedia", () => Object.assign(new EventTarget(), { matches: false }));
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname, searchParams } = new URL(url);
    return Promise.resolve(pathname === "/api/workflow-outputs" ? outputs(searchParams) : workflows(searchParams));
  });
  openPage(`/dashboard/outputs${address}`, [{ path: "/dashboard/outputs", validateSearch: readOutputSearch, component: OutputsPage }], { features, teams: [] });
}

const nothing: Answer = () => Response.json({ outputs: [], nextCursor: null });

test("where nothing was put out, the page looks further back if it may, and else leads to the workflows", async () => {
  const asked: (string | null)[] = [];
  open("", {}, (query) => {
    asked.push(query.get("from"));
    return nothing(query);
  });
  expect(await screen.findByText("No outputs in the last 7 days")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Look at the last 30 days" }));
  expect(await screen.findByText("No outputs in the last 30 days")).toBeTruthy();
  expect(asked[0]).toBeNull();
  expect(asked[1]).not.toBeNull();
  expect(screen.getByRole("link", { name: "Open the workflows" })).toBeTruthy();
});

test("a tier that shows fewer days is not said to have shown seven", async () => {
  open("", { workflowHistoryDays: 3 }, nothing);
  expect(await screen.findByText("No outputs in the last 3 days")).toBeTruthy();
  expect(screen.getByRole("option", { name: "Last 3 days" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /30 days/ })).toBeNull();
});

test("a period that the tier refuses is left by a button, and not asked for again", async () => {
  open("?period=month", { workflowHistoryDays: 7 }, (query) =>
    query.has("from") ? Response.json({ code: "tier_limit", detail: "The tier 'free' allows at most 7 days" }, { status: 403 }) : nothing(query),
  );
  expect(await screen.findByText("The tier 'free' allows at most 7 days")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show the last 7 days" }));
  expect(await screen.findByText("No outputs in the last 7 days")).toBeTruthy();
});

test("a chosen workflow that the list of them does not have is called as its outputs call it, and a list that fails says so", async () => {
  const output = { executionId: "exe_1", workflowId: "wf_9", workflowName: "Ticket triage", tags: [], completedAt: "2026-11-26T14:00:00Z", empty: false, summary: "urgent", tokens: 1, cost: "0.01", unpricedCalls: 0, durationMs: 1 };
  open(
    "?workflow=wf_9",
    {},
    () => Response.json({ outputs: [output], nextCursor: null }),
    () => Response.json({ detail: "Not now" }, { status: 500 }),
  );
  expect(await screen.findByText(/The workflows could not be loaded: Not now/)).toBeTruthy();
  expect((await screen.findByRole<HTMLOptionElement>("option", { name: "Ticket triage" })).selected).toBe(true);
});

test("pages that have nothing of what is looked for lead on to the next", async () => {
  open("?empty=yes", {}, (query) =>
    Response.json({ outputs: [], nextCursor: query.has("cursor") ? null : "next" }),
  );
  expect(await screen.findByText("None of those that were looked at is like that.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("No output is like that")).toBeTruthy();
});
