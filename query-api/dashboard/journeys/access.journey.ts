import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, launch, local, makeWorkflow, post, SHIFT_MAX, shifted, signIn, visit } from "./product";

const product = local();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser: Browser;

const PAGES = [
  "/dashboard/usage",
  "/dashboard/developers",
  "/settings/budget",
  "/dashboard/alerts",
  "/dashboard/lab",
  "/welcome",
  "/settings/api-keys",
  "/dashboard/team",
  "/settings/team",
  "/settings/notifications",
  "/dashboard/connectors",
  "/dashboard/workflows",
  "/dashboard/outputs",
  "/dashboard/workflow-templates",
  "/dashboard/workflows/new",
];

beforeAll(async () => {
  browser = await launch();
  const id = await makeWorkflow(product, "For everybody");
  const { executionId } = await post(product, `/api/workflows/${id}/trigger`, {});
  let status = "queued";
  while (["queued", "running"].includes(status)) {
    status = (await get(product, `/api/workflows/executions/${executionId}`)).status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  PAGES.push(`/dashboard/workflows/${id}`, `/dashboard/workflows/${id}/executions`, `/dashboard/workflows/${id}/executions/${executionId}`);
});

afterAll(() => browser.close());

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

test.each([
  ["light", 1440],
  ["dark", 360],
] as const)("nobody is kept out of any page: %s at %s px", async (colorScheme, width) => {
  const { page } = await visit(browser, product, { colorScheme, viewport: { width, height: 800 } });
  await signIn(page.context(), product);
  // By the protocol of the tools, not by the page: its policy lets no script of others in.
  await page.context().addInitScript(axe);
  const findings: string[] = [];
  for (const path of PAGES) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator('[aria-hidden="true"].skeleton').first().waitFor({ state: "detached" }).catch(() => undefined);
    // What is in order is only counted: to tell of it too takes as long again.
    const found = await page.evaluate(
      () =>
        (window as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: Finding[] }> } }).axe
          .run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] })
          .then(({ violations }) => violations),
    );
    for (const { id, impact, nodes } of found) {
      if (impact === "serious" || impact === "critical") {
        findings.push(`${path}: ${id} (${impact}) ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`);
      }
    }
    const { shift, overflow } = await page.evaluate(shifted);
    if (shift > SHIFT_MAX) {
      findings.push(`${path} moves by ${shift.toFixed(3)} while it loads`);
    }
    if (overflow > 0) {
      findings.push(`${path} is ${overflow} px wider than the window`);
    }
  }
  expect(findings).toEqual([]);
  await page.context().close();
});

test("the keyboard alone leads from the sign-in to a row's part and back", async () => {
  const { page } = await visit(browser, product);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").and(page.locator(":focus")).waitFor();
  await page.keyboard.type(product.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(product.password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/dashboard/usage");
  await page.getByRole("heading", { name: "Usage", level: 1 }).waitFor();
  await page.keyboard.press("Tab");
  await page.getByText("Skip to the content").and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Enter");
  await page.getByTestId("team-switcher").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitemradio", { name: /Personal/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("team-switcher").and(page.locator(":focus")).waitFor();
  await page.context().close();
});

test("who has forgotten their password is told what this installation can do, and a link that is over is not good", async () => {
  const { page } = await visit(browser, product);
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  // The page before has a field of that name too.
  await page.getByRole("button", { name: "Send the link" }).waitFor();
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  // This one has no mail server.
  await page.getByRole("alert").filter({ hasText: "No mail goes out here" }).waitFor();
  await page.goto(`/reset-password#${"A".repeat(43)}`);
  await page.getByLabel("New password").fill("long enough");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByRole("alert").filter({ hasText: "This link is not good" }).waitFor();
  await page.context().close();
});

test("whose session ends while they build signs in again where they are, and goes on with what they have", async () => {
  const { page } = await visit(browser, product);
  await signIn(page.context(), product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  await page.getByTestId("add-node-btn").click();
  await page.getByTestId("node-prompt").click();
  await page.getByLabel("Name of the workflow").fill("Kept");
  await page.context().clearCookies();
  await page.keyboard.press("Control+s");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Your session has ended").waitFor();
  await dialog.getByLabel("Password").fill(product.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByTestId("save-workflow-btn").click();
  await page.waitForURL(/\/dashboard\/workflows\/(?!new)/);
  expect(await page.getByLabel("Name of the workflow").inputValue()).toBe("Kept");
  await page.context().close();
});
