import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE_MS } from "./patience";
import { get, launch, local, log, shot, visit, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
  await log(product, { eventId: "usage-1", model: "gpt-4o-mini", inputTokens: 1000, outputTokens: 1000, promptId: "answer" });
  await log(product, { eventId: "usage-2", model: "gpt-4o", inputTokens: 2000, outputTokens: 500, promptId: "draft" });
  await log(product, { eventId: "usage-3", model: "of-no-price", inputTokens: 70, outputTokens: 7 });
});

afterAll(() => browser.close());

test("whoever is not signed in gets there first, and comes back to what they wanted", async () => {
  const { page } = await visit(browser, product);
  await page.goto("/dashboard/usage?range=month");
  await page.waitForURL(/\/sign-in\?then=/);
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password").fill("not it at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("do not belong together").waitFor();
  await page.getByLabel("Password").fill(product.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/dashboard\/usage\?range=month/);
  const cookies = await page.context().cookies();
  expect(cookies.every((cookie) => cookie.httpOnly && cookie.sameSite === "Strict")).toBe(true);
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("pms_");
  await page.context().close();
});

test("the page shows what the API says to the nanoUSD, and an event as it happens", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/usage?team=${product.teamId}&range=month`);
  const spend = page.getByTestId("card-spend").locator("[data-nano-usd]").first();
  await spend.waitFor();
  const stats = () => get(product, `/api/token-tracking/stats?teamId=${product.teamId}&period=month`);
  // What was sent just before may still be on its way to either.
  const agree = async () => (await spend.getAttribute("data-nano-usd")) === String((await stats()).summary.totalCostNanoUsd);
  await expect.poll(agree, { timeout: PATIENCE_MS }).toBe(true);
  const before = await stats();
  await spend.hover();
  await page.getByRole("tooltip").getByText("nanoUSD").waitFor();
  await page.getByText("1 run without a price").waitFor();

  await page.getByTestId("live").getByText("Live").waitFor();
  await log(product, { eventId: "usage-4", model: "gpt-4o", inputTokens: 4000, outputTokens: 0, promptId: "draft" });
  await page
    .getByTestId("card-spend")
    .locator(`[data-nano-usd="${before.summary.totalCostNanoUsd + 10_000_000}"]`)
    .waitFor();
  expect(complaints).toEqual([]);
  await shot(page, "usage");
  await page.close();
});

test("what a developer's agent reports stands beside what is counted, by developer and by model", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const call = { userId: "dev@example.com", tags: { agent: "claude-code" }, reportedCostNanoUsd: 11_000_000 };
  await log(product, { eventId: "developer-1", model: "gpt-4o", inputTokens: 4000, outputTokens: 0, ...call });
  await page.goto(`/dashboard/developers?team=${product.teamId}`);
  // Until there is a call, the page says how to connect an agent; and the history follows the totals by a moment.
  while (!(await page.getByTestId("developer").getByText("dev@example.com").isVisible())) {
    await page.waitForTimeout(250);
    await page.reload();
    await page.getByRole("heading", { name: /developer|No coding agent/, level: 2 }).first().waitFor();
  }
  await page.getByTestId("developers-spend").locator('[data-nano-usd="10000000"]').waitFor();
  await page.getByTestId("developers-reported").locator('[data-nano-usd="11000000"]').waitFor();
  await page.getByLabel("Rows").selectOption("model");
  await page.waitForURL(/by=model/);
  await page.getByRole("button", { name: "gpt-4o", expanded: false }).click();
  await page.getByTestId("developer-part").getByText("dev@example.com").waitFor();
  await shot(page, "developers");
  expect(complaints).toEqual([]);
  await page.close();
});

test("a row leads to its part, and the address holds the view", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/usage?team=${product.teamId}`);
  await page.getByRole("button", { name: "gpt-4o", exact: true }).click();
  await page.waitForURL(/only=model:gpt-4o/);
  await page.getByText("Only model").waitFor();
  const part = await get(product, `/api/token-tracking/stats?teamId=${product.teamId}&period=month&model=gpt-4o`);
  await page.getByTestId("card-spend").locator(`[data-nano-usd="${part.summary.totalCostNanoUsd}"]`).waitFor();
  await page.reload();
  await page.getByText("Only model").waitFor();
  // One part more, and one less again.
  await page.getByRole("button", { name: /^\d draft/ }).click();
  await page.waitForURL(/only=model:gpt-4o~prompt:draft/);
  const both = await get(product, `/api/token-tracking/stats?teamId=${product.teamId}&period=month&model=gpt-4o&promptId=draft`);
  expect(both.source).toBe("history");
  await page.getByTestId("card-spend").locator(`[data-nano-usd="${both.summary.totalCostNanoUsd}"]`).waitFor();
  await page.getByRole("button", { name: "Take away: model gpt-4o" }).click();
  await page.waitForURL(/only=prompt:draft/);
  await page.getByRole("button", { name: "Show everything" }).click();
  await page.getByRole("button", { name: /^By model/ }).click();
  await page.getByRole("menuitemradio", { name: "Prompt" }).click();
  await page.waitForURL(/by=prompt/);
  await page.getByRole("heading", { name: "Spend by prompt" }).waitFor();
  await page.getByRole("button", { name: "Without a price", exact: true }).click();
  await page.getByRole("cell", { name: "of-no-price", exact: true }).waitFor();
  await page.getByText("No price yet").first().waitFor();
  await page.getByTestId("activity-row").first().getByRole("button").click();
  await page.getByRole("button", { name: "Give it a price" }).click();
  await page.getByRole("dialog").getByLabel("Input", { exact: true }).fill("1.00");
  await page.getByRole("dialog").getByLabel("Output", { exact: true }).fill("2.00");
  await page.getByRole("button", { name: "Set the price" }).click();
  // Seventy in, seven out.
  await page.getByText("Every run has its price").waitFor();
  await page.getByRole("button", { name: "Without a price", exact: true }).click();
  await page.getByTestId("activity-row").locator('[data-nano-usd="84000"]').waitFor();
  // Sorted by the server, over all pages.
  await page.getByRole("button", { name: "Cost", exact: true }).click();
  await page.waitForURL(/sort=cost/);
  const { usage } = await get(product, `/api/token-tracking/usage?teamId=${product.teamId}&sort=cost&limit=2`);
  const [dearest, second] = [0, 1].map((row) => page.getByTestId("activity-row").nth(row).locator("[data-nano-usd]"));
  await page.getByTestId("activity-row").first().locator(`[data-nano-usd="${usage[0].costNanoUsd}"]`).waitFor();
  expect(await page.getByRole("columnheader", { name: "Cost" }).getAttribute("aria-sort")).toBe("descending");
  // By member and by kind too.
  await page.getByRole("columnheader", { name: "Kind" }).getByRole("button").click();
  await page.waitForURL(/sort=execution_type/);
  await page.getByText("By kind, from A to Z").waitFor();
  await page.getByRole("columnheader", { name: "Member" }).getByRole("button").click();
  await page.waitForURL(/sort=user/);
  await page.getByText("in the order of their ids").waitFor();
  await page.getByTestId("activity-row").first().waitFor();
  await page.getByRole("button", { name: "Cost", exact: true }).click();
  await page.getByText("Dearest first").waitFor();
  await page.getByTestId("activity-row").first().locator(`[data-nano-usd="${usage[0].costNanoUsd}"]`).waitFor();
  // The exact amounts are one stop of the tab key, and the arrows lead on.
  await dearest!.focus();
  await page.keyboard.press("ArrowDown");
  await second!.and(page.locator(":focus")).waitFor();
  await page.getByRole("tooltip").getByText(`${new Intl.NumberFormat("en-US").format(usage[1].costNanoUsd)} nanoUSD`).waitFor();
  await page.getByRole("button", { name: "As a table" }).click();
  await page.waitForURL(/trend=table/);
  await page.reload();
  await page.getByRole("region", { name: "Spend by day, as a table" }).waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  expect(complaints).toEqual([]);
  await page.close();
});
