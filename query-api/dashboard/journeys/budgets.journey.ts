import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE_MS } from "./patience";
import { get, launch, local, log, SHIFT_MAX, shifted, shot, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("a budget is found by two questions, warns as it fills up, and is raised from the warning", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/settings/budget?team=${product.teamId}`);
  await page.getByRole("button", { name: "Help me choose" }).click();
  await page.getByText("50–200").click();
  await page.getByRole("button", { name: "Recommend an amount" }).click();
  await page.getByLabel("Monthly budget").fill("1.00");
  await page.getByText("$0.75").waitFor();
  await page.getByRole("button", { name: "Set this budget" }).click();
  await page.getByRole("dialog").getByText("$1.00 each month").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByTestId("budget").first().waitFor();

  // 0.80 dollars: past three quarters of it.
  await log(product, { eventId: "budget-1", model: "gpt-4o", inputTokens: 320_000, outputTokens: 0 });
  // Beside it may ring what other journeys did, such as using a model without a price.
  const [{ id: budgetId }] = (await get(product, `/api/token-tracking/budgets?teamId=${product.teamId}`)).budgets;
  await expect
    .poll(
      async () => {
        const read = await page.request.get(`/api/token-tracking/alerts?teamId=${product.teamId}&budgetId=${budgetId}`);
        const { alerts, unread } = await read.json();
        return alerts.length === 1 && (await page.getByTestId("bell").innerText()).trim() === String(unread);
      },
      { timeout: PATIENCE_MS },
    )
    .toBe(true);
  await page.locator('[data-testid="budget-warning"][data-level="info"]').waitFor();
  await log(product, { eventId: "budget-2", model: "gpt-4o", inputTokens: 120_000, outputTokens: 0 });
  const warning = page.locator('[data-testid="budget-warning"][data-level="critical"]');
  await warning.getByText("may be limited").waitFor();
  await shot(page, "budget");
  await warning.getByRole("button", { name: "Increase budget" }).click();
  await page.getByLabel("New limit").fill("5.00");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await warning.waitFor({ state: "detached" });
  const { budgets } = await get(product, `/api/token-tracking/budgets?teamId=${product.teamId}`);
  expect(budgets.map((budget: { limitUsd: string }) => budget.limitUsd)).toEqual(["5.00"]);

  await page.getByTestId("bell").click();
  await page.getByRole("link", { name: "See all" }).click();
  await page.waitForURL(/\/dashboard\/alerts/);
  await page.getByTestId("alert").nth(1).waitFor();
  await shot(page, "alerts");
  await page.getByRole("button", { name: "Acknowledge these" }).click();
  await page.getByText("Every alert has been seen to.").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("nothing moves while the pages of a team come that has spent, and was alerted", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const shifts: Record<string, number> = {};
  for (const [path, content] of [
    ["usage", "activity-row"],
    ["team", "member-row"],
    ["alerts", "alert"],
  ] as const) {
    await page.goto(`/dashboard/${path}?team=${product.teamId}`);
    await page.getByTestId(content).first().waitFor();
    await page.locator('[aria-hidden="true"].skeleton').first().waitFor({ state: "detached" });
    shifts[path] = (await page.evaluate(shifted)).shift;
  }
  expect(Object.entries(shifts).filter(([, shift]) => shift >= SHIFT_MAX)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("the lab tells what a prompt costs, switches the model, and says why it may not run", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/lab?team=${product.teamId}`);
  await page.getByLabel("Model").selectOption("gpt-4");
  await page.getByLabel("Prompt", { exact: true }).fill("Summarise this ticket in two sentences. ".repeat(40));
  await page.getByRole("button", { name: "Switch" }).click();
  expect(await page.getByLabel("Model").inputValue()).toBe("gpt-4o-mini");
  await page.getByText("Budgets that count it").waitFor();
  await page.getByRole("button", { name: "Compare models" }).click();
  await page.getByTestId("compared").nth(2).locator("[data-nano-usd]").waitFor();
  await page.getByRole("button", { name: "Use gpt-4o", exact: true }).click();
  expect(await page.getByLabel("Model").inputValue()).toBe("gpt-4o");
  await page.getByLabel("Asked at").selectOption("simulated");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByTestId("token-usage").getByText("Execution complete").waitFor();
  expect((await page.getByTestId("answer").innerText()).length).toBeGreaterThan(10);
  // By direction, as the ledger has it, to the nanoUSD.
  const parts = page.getByTestId("cost-parts").locator("[data-nano-usd]");
  await parts.nth(2).waitFor();
  const nano = async (locator: Locator) => BigInt((await locator.getAttribute("data-nano-usd"))!);
  const total = await nano(page.getByTestId("token-usage").locator("dl").first().locator("[data-nano-usd]"));
  expect((await nano(parts.nth(0))) + (await nano(parts.nth(1))) + (await nano(parts.nth(2)))).toBe(total);
  await shot(page, "lab");

  await page.goto(`/settings/budget?team=${product.teamId}`);
  await page.getByLabel("Tokens per prompt, at most").fill("100");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("The budget is saved.").waitFor();
  await page.goto(`/dashboard/lab?team=${product.teamId}`);
  await page.getByLabel("Prompt", { exact: true }).fill("Summarise this ticket in two sentences. ".repeat(40));
  await page.getByTestId("prompt-too-long").getByText("a prompt may have 100").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});
