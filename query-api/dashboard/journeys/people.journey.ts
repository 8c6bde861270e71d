import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, local, tabBeside, visit, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

/** By the API: the form has a journey of its own. Gives back where the invitation leads. */
async function invite(owner: Page, email: string): Promise<string> {
  const answer = await owner.request.post(`/api/teams/${product.teamId}/invitations`, {
    headers: { Origin: product.baseUrl },
    data: { email, role: "viewer" },
  });
  expect(answer.status()).toBe(201);
  return new URL((await answer.json()).acceptLink).pathname;
}

/** Makes an account of theirs in this browser, and takes the invitation. */
async function join(page: Page, invitation: string, name: string): Promise<void> {
  await page.goto(invitation);
  await page.getByRole("link", { name: "New here: make an account" }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password").fill("long enough to be one");
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByRole("button", { name: /^Join as / }).click();
  await page.waitForURL(/\/dashboard\/usage\?team=/);
  await page.getByText("Your own part of this team's usage").waitFor();
}

test("a tab of whoever was here before writes nothing as whoever has signed in beside it, and is theirs once it is loaded again", async () => {
  const owner = await visitSignedIn(browser, product);
  const invitation = await invite(owner.page, "ben@example.com");
  await owner.page.close();

  const { page: before } = await visit(browser, product);
  await before.goto(`/sign-in?then=${encodeURIComponent("/settings/api-keys?team=me")}`);
  await before.getByLabel("E-mail").fill(product.email);
  await before.getByLabel("Password").fill(product.password);
  await before.getByRole("button", { name: "Sign in" }).click();
  await before.getByRole("heading", { name: "API keys", level: 1 }).waitFor();

  const { page: beside } = await tabBeside(before);
  await beside.goto("/dashboard/alerts?team=me");
  await beside.getByRole("button", { name: /, signed in as / }).click();
  await beside.getByRole("menuitem", { name: "Sign out" }).click();
  await beside.waitForURL("**/sign-in");
  const dialog = before.getByRole("dialog");
  await dialog.getByRole("heading", { name: "Your session has ended" }).waitFor();

  await join(beside, invitation, "Ben Beside");
  await dialog.getByRole("heading", { name: "Someone else has signed in" }).waitFor();
  await dialog.getByText("Ben Beside has signed in in this browser").waitFor();
  await dialog.getByRole("button", { name: "Look at the page" }).click();
  await dialog.waitFor({ state: "detached" });
  await before.getByRole("heading", { name: "API keys", level: 1 }).waitFor();
  // It asks who is there whenever another tab is loaded, and is told the same; nobody who reads is told it again and again.
  const refused = before.waitForResponse((response) => response.status() === 409 && response.url().endsWith("/api/auth/me"));
  await beside.reload();
  await refused;
  await before.waitForTimeout(500);
  expect(await dialog.count()).toBe(0);

  await before.getByRole("button", { name: "Create a key" }).click();
  await dialog.getByLabel("Name").fill("Whose?");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await before.getByRole("heading", { name: "Someone else has signed in" }).waitFor();
  expect(await (await beside.request.get("/api/api-keys")).json()).toMatchObject({ apiKeys: [] });

  await before.getByRole("button", { name: "Load it again" }).click();
  await before.getByRole("button", { name: "BB, signed in as Ben Beside" }).waitFor();
  await before.getByText("No key yet").waitFor();
  await before.context().close();
});

test("whoever is taken out of a team while its page is open is told so, and sees nothing more of it", async () => {
  const owner = await visitSignedIn(browser, product);
  const member = await visit(browser, product);
  await join(member.page, await invite(owner.page, "cleo@example.com"), "Cleo Closing");
  await member.page.getByTestId("live").getByText("Live").waitFor();

  await owner.page.goto(`/settings/team?team=${product.teamId}`);
  await owner.page.getByRole("button", { name: "Take Cleo Closing out" }).click();
  await owner.page.getByRole("dialog").getByRole("button", { name: "Take out" }).click();
  await owner.page.getByText("Cleo Closing is out.").waitFor();

  await member.page.getByText("You are no longer in ").waitFor();
  await member.page.getByTestId("unknown-team").waitFor();
  await member.page.getByRole("button", { name: "Go to Personal" }).click();
  await member.page.waitForURL(/\/dashboard\/usage\?team=me/);
  await member.page.getByRole("heading", { name: "Usage", level: 1 }).waitFor();
  await member.page.context().close();
  await owner.page.close();
});
