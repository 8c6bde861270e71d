import { execFileSync } from "node:child_process";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, local, shot, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("a first visit leads from a key to an event that is seen arriving", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto("/dashboard/usage?team=me");
  const stream = page.waitForResponse(/\/token-tracking\/stream/);
  await page.getByRole("link", { name: "Send the first event" }).click();
  await page.waitForURL(/\/welcome/);
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByTestId("first-key").waitFor();
  const curl = await page.getByTestId("snippet-curl").innerText();
  // The page listens before the event is sent.
  await page.getByText("Listening for it").waitFor();
  await stream;
  await page.waitForTimeout(500);
  expect(run("sh", curl)).toContain('"success":true');
  await page.getByTestId("arrival").getByText("It is here:").waitFor();
  await shot(page, "welcome");

  await page.getByRole("tab", { name: "OpenTelemetry" }).click();
  expect(run("sh", await page.getByTestId("snippet-opentelemetry").innerText())).not.toMatch(/problem|rejected/);
  await page.getByRole("tab", { name: "JavaScript" }).click();
  expect(execFileSync("node", ["--input-type=module", "-e", await page.getByTestId("snippet-javascript").innerText()]).toString().trim()).toBe("204");

  // Also whoever leaves the last page of the questions by Escape has set it.
  await page.getByRole("button", { name: "Find a budget" }).click();
  await page.getByRole("button", { name: "Recommend an amount" }).click();
  await page.getByRole("button", { name: "Set this budget" }).click();
  await page.getByRole("dialog").getByText("Your budget is set").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("It is set.").waitFor();
  await page.reload();
  await page.getByText("It is set.").waitFor();
  await page.goto("/dashboard/usage?team=me");
  await page.getByTestId("budget-line").getByRole("progressbar").waitFor();
  await page.getByTestId("card-runs").locator('[data-count="3"]').waitFor();
  await page.goto("/settings/api-keys?team=me");
  await page.getByTestId("api-key").getByText("First key").waitFor();
  await page.getByRole("button", { name: "Revoke First key" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("No key yet").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

function run(shell: string, script: string): string {
  return execFileSync(shell, ["-c", script]).toString();
}
