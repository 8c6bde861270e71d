import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, launch, local, shot, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("a webhook is made, tried, read about, given a new secret and switched off; and it is quiet at night", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/settings/notifications?team=${product.teamId}`);
  await page.getByRole("button", { name: "Add the first" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("On call");
  // Nobody listens there, which is known at once.
  await dialog.getByLabel("Address", { exact: true }).fill("https://127.0.0.1:9/hook");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const secret = await page.getByTestId("channel-secret").innerText();
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByTestId("channel").getByText("On call", { exact: true }).waitFor();
  expect(await page.content()).not.toContain(secret);

  await page.getByRole("button", { name: "Send a test to On call" }).click();
  await page.getByTestId("trial").getByText("did not arrive").waitFor();
  const more = page.getByRole("button", { name: "More for On call" });
  await more.click();
  await page.getByRole("menuitem", { name: "Deliveries" }).click();
  const delivery = page.getByTestId("delivery").first();
  await delivery.getByRole("button", { expanded: false }).click();
  await delivery.getByText("#1").waitFor();
  await shot(page, "deliveries");
  await page.keyboard.press("Escape");

  await more.click();
  await page.getByRole("menuitem", { name: "New signing secret" }).click();
  await page.getByRole("button", { name: "Make it" }).click();
  expect(await page.getByTestId("channel-secret").innerText()).not.toBe(secret);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await more.click();
  await page.getByRole("menuitem", { name: "Switch off" }).click();
  await page.getByTestId("channel").getByText("Off", { exact: true }).waitFor();

  await page.getByLabel("Quiet hours").check();
  await page.getByLabel("From", { exact: true }).fill("21:30");
  await page.getByLabel("Spend is unusual").uncheck();
  await page.getByRole("button", { name: "Save preferences" }).click();
  await page.getByText("The preferences are saved.").waitFor();
  await shot(page, "notifications");
  const preferences = await get(product, `/api/teams/${product.teamId}/notification-preferences`);
  expect(preferences.quietHours).toEqual({ start: "21:30", end: "07:00", timezone: "Europe/Berlin" });
  expect(preferences.alertTypes).not.toContain("anomaly");

  await page.getByRole("button", { name: "Add a report" }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("Weekly spend");
  await dialog.getByLabel("To", { exact: true }).fill("finance@example.com, cfo@example.com");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByTestId("report").getByText("Every week · 2 addresses").waitFor();
  const pdf = await page.request.get((await page.getByRole("link", { name: /^Preview/ }).getAttribute("href"))!);
  expect(pdf.headers()["content-type"]).toContain("application/pdf");
  expect(complaints).toEqual([]);
  await page.close();
});
