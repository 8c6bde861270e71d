import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { acme, openPage } from "@/test/page-stand";
import { WorkflowListPage } from "./list-page";
import { readWorkflowSearch } from "./search";

afterEach(() => vi.unstubAllGlobals());

function open(address: string, workflows: readonly { id: string; name: string; category: string; updatedAt?: string }[], role = "owner") {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const category = new URL(url).searchParams.get("category");
    const found = workflows.filter((workflow) => category === null || workflow.category === category).map((workflow) => ({ ...workflow, status: "active", tags: [] }));
    return Promise.resolve(Response.json({ workflows: found, total: found.length, nextCursor: null }));
  });
  return openPage(
    `/dashboard/workflows${address}`,
    [
      { path: "/dashboard/workflows", validateSearch: readWorkflowSearch, component: WorkflowListPage },
      { path: "/dashboard/workflows/$id", component: () => <p>the builder</p> },
    ],
    { teams: [acme({ role })] },
  );
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

/** The later in the list, the later changed. */
const MANY = Array.from({ length: 60 }, (_, at) => ({ id: `wf_${String(at).padStart(3, "0")}`, name: `Flow ${at}`, category: "sales", updatedAt: new Date(Date.UTC(2026, 10, 1) + at * 60_000).toISOString() }));

test("of many workflows those changed last are shown first, and all the others at a press", async () => {
  open("", MANY);
  const names = () => screen.getAllByText(/^Flow \d+$/).map((link) => link.textContent);
  await screen.findByText("Flow 59");
  expect(names()).toHaveLength(50);
  expect(names().slice(0, 2)).toEqual(["Flow 59", "Flow 58"]);
  expect(screen.getByText("50 of 60 workflows")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  expect(names()).toHaveLength(60);
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Order" }), "By name");
  await waitFor(() => expect(names().slice(0, 3)).toEqual(["Flow 0", "Flow 1", "Flow 2"]));
});

test("whoever comes back from one of them finds as many as there were, and its row", async () => {
  const { history } = open("", MANY);
  await userEvent.click(await screen.findByText("Show more"));
  await userEvent.click(await screen.findByText("Flow 3"));
  await screen.findByText("the builder");
  history.back();
  await screen.findByText("Flow 59");
  expect(screen.getByText("60 of 60 workflows")).toBeTruthy();
  expect(screen.getByText("Flow 3")).toBeTruthy();
});

test("of another list the first are shown again", async () => {
  const { history } = open("?shown=100", MANY);
  expect(await screen.findByText("60 of 60 workflows")).toBeTruthy();
  await userEvent.selectOptions(screen.getByLabelText("Order"), "By name");
  expect(await screen.findByText("50 of 60 workflows")).toBeTruthy();
  expect(history.location.search).toBe("?order=name");
});

test("where the API has more than one page, all are asked for, since any may be the newest", async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  const page = (name: string, updatedAt: string, nextCursor: string | null) => ({ workflows: [{ id: name, name, updatedAt, status: "active", tags: [] }], total: 2, nextCursor });
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const isSecond = new URL(url).searchParams.get("cursor") === "older";
    return Promise.resolve(Response.json(isSecond ? page("Newest", "2026-11-02T00:00:00Z", null) : page("Oldest", "2026-11-01T00:00:00Z", "older")));
  });
  openPage("/dashboard/workflows", [{ path: "/dashboard/workflows", validateSearch: readWorkflowSearch, component: WorkflowListPage }], { teams: [acme({ role: "owner" })] });
  await screen.findByText("Newest");
  expect(screen.getAllByRole("link", { name: /est$/ }).map((link) => link.textContent)).toEqual(["Newest", "Oldest"]);
});

test("whoever deletes a workflow is told before that its executions go with it, and what stays of them", async () => {
  open("", [{ id: "a", name: "Leads", category: "sales" }]);
  await userEvent.click(await screen.findByRole("button", { name: "Delete Leads" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete Leads?" });
  expect(dialog.textContent).toMatch(/not over are cancelled.*none of them can be looked at any more.*What they cost stays in the usage/);
});
