import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import type { Decision } from "./api";
import { Blocked, TooLongFor } from "./blocked";
import { contextOf } from "./lab-page";

beforeEach(() => void vi.stubGlobal("scrollTo", () => undefined));

function open(remaining: string, mayManage = true) {
  const budget = { id: "b1", name: "All of it", unit: "usd", remaining, overBy: remaining === "0.00" ? "0.72" : "0.00", wouldExceed: true };
  const decision = { allowed: false, deniedBy: "b1", estimatedCost: "0.50", estimatedTokens: 100, budgets: [budget] } as unknown as Decision;
  const root = createRootRoute({ component: () => <Blocked decision={decision} inputTokens={10} account={{ tier: "free", features: {}, mayManage } as never} onEdit={() => undefined} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <HintProvider>
      <RouterProvider router={router as never} />
    </HintProvider>,
  );
}

test("a model that costs less is advised where a budget has something left, and not where it is spent", async () => {
  open("0.10");
  expect(await screen.findByText(/use a model that costs less/)).toBeTruthy();
});

test("of a spent budget no model is advised", async () => {
  open("0.00");
  expect(await screen.findByText("Or wait until the budget begins anew.")).toBeTruthy();
  expect(screen.queryByText(/costs less/)).toBeNull();
});

test("whoever may not change a budget is told whom to ask, and not led to where they may not", async () => {
  open("0.00", false);
  expect(await screen.findByText("Ask an owner or admin to raise it, or wait until the budget begins anew.")).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Increase the budget" })).toBeNull();
  expect(screen.getByRole("link", { name: "View usage" })).toBeTruthy();
});

test("a prompt that a model cannot take is told with how much it takes, and leads back to it", async () => {
  const onEdit = vi.fn();
  render(<TooLongFor model="gpt-4o-mini" inputTokens={200_001} most={128_000} onEdit={onEdit} />);
  expect(screen.getByRole("heading", { name: "Prompt too long for gpt-4o-mini" })).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toContain("about 200,001 tokens; a call of the model takes 128,000");
  await userEvent.click(screen.getByRole("button", { name: "Edit the prompt" }));
  expect(onEdit).toHaveBeenCalledOnce();
});

test("how much a model takes is known by any of its names, or not at all", () => {
  const models = [
    { id: "gpt-4o", aliases: ["gpt-4o-2024-08-06"], contextTokensMax: 128_000 },
    { id: "own", aliases: [], contextTokensMax: null },
  ];
  expect(["gpt-4o", "gpt-4o-2024-08-06", "own", "unknown"].map((model) => contextOf(models, model))).toEqual([128_000, 128_000, null, null]);
  expect(contextOf(undefined, "gpt-4o")).toBeNull();
});
