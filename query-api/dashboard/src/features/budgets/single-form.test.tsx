import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { Toasts } from "@/shared/ui/toast";
import { budgetsQuery, singleBudgetQuery, type SingleBudget } from "./api";
import { formKeyOf, SingleForm } from "./single-form";

const leaveDialog = vi.hoisted(() => vi.fn((_shown: { isDirty: boolean }) => null));

// Which asks the router.
vi.mock("@/shared/ui/leave-dialog", () => ({ LeaveDialog: leaveDialog }));

const ACCOUNT = { key: "acme", params: { teamId: "acme" }, zone: "UTC", maySeeAll: true } as unknown as Account;

const KEPT = { monthlyBudgetUsd: "30.00", alertThresholds: [75, 90, 100], enforcement: "alert_only" };

afterEach(() => vi.unstubAllGlobals());

function Page() {
  const single = useQuery(singleBudgetQuery(ACCOUNT));
  useQuery(budgetsQuery(ACCOUNT));
  return single.data === undefined ? null : <SingleForm key={formKeyOf(single.data)} account={ACCOUNT} budget={single.data} />;
}

test("that a budget is saved is told, though the form was made anew before all else was there again", async () => {
  let monthly = KEPT.monthlyBudgetUsd;
  let isFirst = true;
  const waiting: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (new URL(request.url).pathname.endsWith("/budgets")) {
      const answer = isFirst ? Response.json({ budgets: [] }) : new Promise<Response>((resolve) => waiting.push(resolve));
      isFirst = false;
      return answer;
    }
    if (request.method === "PUT") {
      monthly = ((await request.json()) as typeof KEPT).monthlyBudgetUsd;
    }
    return Response.json({ budget: { ...KEPT, monthlyBudgetUsd: monthly } });
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Page />
      <Toasts />
    </QueryClientProvider>,
  );
  const field = () => screen.getByLabelText<HTMLInputElement>("Monthly limit");
  await screen.findByLabelText("Monthly limit");
  await userEvent.clear(field());
  await userEvent.type(field(), "40,00");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(field().value).toBe("40.00"));
  expect(screen.queryByText("The budget is saved.")).toBeNull();
  act(() => waiting.forEach((resolve) => resolve(Response.json({ budgets: [] }))));
  expect(await screen.findByText("The budget is saved.")).toBeTruthy();
});

test("a form begins anew with whatever of it someone else has set, and not with what was spent", () => {
  const of = (patch: object) => formKeyOf({ ...KEPT, ...patch } as unknown as SingleBudget);
  expect(of({ status: { spent: "1.00" } })).toBe(of({ status: { spent: "2.00" } }));
  expect(new Set([of({}), of({ alertThresholds: [50, 90, 100] }), of({ enforcement: "block" }), of({ maxTokensPerPrompt: 5 }), formKeyOf(null)]).size).toBe(5);
});

test("what is wrong with the percentages is tied to them, for whoever hears the page", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SingleForm account={ACCOUNT} budget={KEPT as unknown as SingleBudget} />
    </QueryClientProvider>,
  );
  const percentages = screen.getByRole("group", { name: "Alert at" });
  expect(percentages.getAttribute("aria-describedby")).toBeNull();
  await userEvent.type(screen.getByLabelText("Warning"), "{Backspace}{Backspace}10");
  expect(document.getElementById(percentages.getAttribute("aria-describedby")!)?.textContent).toMatch(/percentages that rise/);
  expect(screen.getByLabelText("Warning").getAttribute("aria-invalid")).toBe("true");
});

test("what is said at its field is not said once more below, and what belongs to none is", async () => {
  const faults = [
    [{ field: "dailyBudgetUsd", detail: "is above the monthly one", remedy: "Send less." }],
    [{ field: "enforcement", detail: "is not known", remedy: "Send block or alert_only." }],
  ];
  vi.stubGlobal("fetch", async (request: Request) =>
    request.method === "PUT" ? Response.json({ errors: faults.shift() }, { status: 400 }) : Response.json({ budgets: [], budget: KEPT }),
  );
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Page />
    </QueryClientProvider>,
  );
  await userEvent.type(await screen.findByLabelText("Daily limit"), "50");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Is above the monthly one. Send less.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  // Whoever mends it can save it again.
  await userEvent.type(screen.getByLabelText("Daily limit"), "{Backspace}");
  expect(screen.queryByText("Is above the monthly one. Send less.")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toBe("The enforcement is not known. Send block or alert_only.");
});

test("whoever would leave with what is not saved is asked, and nobody else", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SingleForm account={ACCOUNT} budget={KEPT as unknown as SingleBudget} />
    </QueryClientProvider>,
  );
  expect(leaveDialog.mock.lastCall?.[0].isDirty).toBe(false);
  await userEvent.type(screen.getByLabelText("Daily limit"), "5");
  expect(leaveDialog.mock.lastCall?.[0].isDirty).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(leaveDialog.mock.lastCall?.[0].isDirty).toBe(false);
});
