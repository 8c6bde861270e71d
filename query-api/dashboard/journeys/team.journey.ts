import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, local, log, shot, visit, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
  await log(product, { eventId: "team-1", userId: "usr_mara", model: "gpt-4o", inputTokens: 1000, outputTokens: 100 });
});

afterAll(() => browser.close());

test("a colleague is invited by a link, joins with an account of their own, and becomes an editor", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/team?team=${product.teamId}`);
  await page.getByTestId("member-row").getByText("Mara Lindqvist").waitFor();
  await shot(page, "team");
  await page.getByLabel("View as").selectOption({ label: "Mara Lindqvist" });
  await page.waitForURL(/[?&]member=/);
  await page.getByTestId("member-view").getByText("Top models").waitFor();
  await page.reload();
  await page.getByTestId("member-view").getByText("Top prompts").waitFor();
  await page.getByLabel("View as").selectOption({ label: "Everyone" });
  await page.getByTestId("member-row").first().waitFor();
  await page.goto(`/settings/team?team=${product.teamId}`);
  await page.getByTestId("member").first().waitFor();
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog").getByLabel("E-mail").fill("new@example.com");
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  const link = new URL(await page.getByTestId("invitation-link").innerText());
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByTestId("invitation").getByText("new@example.com").waitFor();

  const other = await visit(browser, product);
  await other.page.goto(link.pathname);
  await other.page.getByRole("link", { name: "New here: make an account" }).click();
  await other.page.getByLabel("Your name").fill("Nora New");
  expect(await other.page.getByLabel("E-mail").inputValue()).toBe("new@example.com");
  await other.page.getByLabel("Password").fill("long enough to be one");
  await shot(other.page, "sign-up");
  await other.page.getByRole("button", { name: "Make the account" }).click();
  await other.page.getByRole("button", { name: "Join as new@example.com" }).click();
  await other.page.waitForURL(/\/dashboard\/usage\?team=/);
  await other.page.getByText("Your own part of this team's usage").waitFor();
  await other.page.context().close();

  await page.reload();
  await page.getByLabel("Role of Nora New").selectOption("editor");
  await page.getByText("Nora New is now editor.").waitFor();
  await shot(page, "team-settings");
  expect(complaints).toEqual([]);
  await page.close();
});
