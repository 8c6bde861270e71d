import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { acme, openPage } from "@/test/page-stand";
import { WorkflowListPage } from "./list-page";
import { readWorkflowSearch } from "./search";

afterEach(() => vi.unstubAllGlobals());

function open(address: string, workflows: readonly { id: string; name: string; category: string }[], role = "owner") {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const category = new URL(url).searchParams.get("category");
    const found = workflows.filter((workflow) => category === null || workflow.category === category).map((workflow) => ({ ...workflow, status: "active", tags: [] }));
    return Promise.resolve(Response.json({ workflows: found, total: found.length, nextCursor: null }));
  });
  openPage(`/dashboard/workflows${address}`, [{ path: "/dashboard/workflows", validateSearch: readWorkflowSearch, component: WorkflowListPage }], { teams: [acme({ role })] });
}

test("while the list is of one category, another can be chosen", async () => {
  open("?category=sales", [
    { id: "a", name: "Leads", category: "sales" },
    { id: "b", name: "Triage", category: "support" },
  ]);
  expect(await screen.findByText("Leads")).toBeTruthy();
  expect(await screen.findByRole("option", { name: "Support" })).toBeTruthy();
  expect(screen.queryByText("Triage")).toBeNull();
});

test("whoever may not edit is not led to building a workflow, which would be refused", async () => {
  open("", [], "viewer");
  expect(await screen.findByText("No workflow yet")).toBeTruthy();
  expect(screen.getByText("Whoever may edit in this team can build one.")).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Build the first" })).toBeNull();
});
