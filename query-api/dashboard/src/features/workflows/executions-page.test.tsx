import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { ExecutionsPage } from "./executions-page";
import { readExecutionSearch } from "./search";

afterEach(() => vi.unstubAllGlobals());

test("the executions of a workflow that is not there lead to those that are", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ detail: "There is no such workflow that you may see" }, { status: 404 })));
  openPage("/dashboard/workflows/wf_1/executions", [{ path: "/dashboard/workflows/$id/executions", validateSearch: readExecutionSearch, component: ExecutionsPage }]);
  expect(await screen.findByRole("heading", { name: "There is no such workflow" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Open the workflows" }).getAttribute("href")).toBe("/dashboard/workflows");
});
