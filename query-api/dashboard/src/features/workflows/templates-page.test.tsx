import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { readTemplateSearch } from "./search";
import { TemplatesPage } from "./templates-page";

const ONE = { description: "", difficulty: "beginner", estimatedTime: "5 minutes", requiredConnectors: [], tags: [], parameters: [], nodeCount: 2 };

function open(search: string) {
  const templates = [
    { ...ONE, id: "a", name: "Lead Scoring", category: "analysis" },
    { ...ONE, id: "b", name: "Churn Risk", category: "analysis" },
    { ...ONE, id: "c", name: "Lead Mails", category: "automation" },
  ];
  vi.stubGlobal("fetch", ({ url }: Request) => Promise.resolve(Response.json(url.includes("workflow-templates") ? { templates, nextCursor: null } : { connectors: [] })));
  return openPage(`/dashboard/workflow-templates${search}`, [{ path: "/dashboard/workflow-templates", validateSearch: readTemplateSearch, component: TemplatesPage }]);
}

const names = () => screen.queryAllByTestId("template").map((card) => card.querySelector("h2")?.textContent);

test("an address says which templates are shown", async () => {
  open("?q=lead&category=analysis");
  await waitFor(() => expect(names()).toEqual(["Lead Scoring"]));
  expect(screen.getByRole("searchbox", { name: "Search" })).toHaveProperty("value", "lead");
  expect(screen.getByRole("combobox", { name: "Category" })).toHaveProperty("value", "analysis");
});

test("what is looked for is in the address, and goes from it when all are shown", async () => {
  const { history } = open("");
  await waitFor(() => expect(names()).toHaveLength(3));
  await userEvent.type(screen.getByRole("searchbox", { name: "Search" }), "lead");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Category" }), "automation");
  await waitFor(() => expect(Object.fromEntries(new URLSearchParams(history.location.search))).toEqual({ q: "lead", category: "automation" }));
  expect(names()).toEqual(["Lead Mails"]);
  await userEvent.type(screen.getByRole("searchbox", { name: "Search" }), "x");
  await userEvent.click(await screen.findByRole("button", { name: "Show all" }));
  await waitFor(() => expect(history.location.search).toBe(""));
  await waitFor(() => expect(names()).toHaveLength(3));
});
