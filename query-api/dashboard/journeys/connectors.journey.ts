import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, launch, local, shot, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("a file is connected, tried and copied, and a key that was put in is never seen again", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/connectors?team=${product.teamId}`);
  await page.getByRole("button", { name: "Connect a data source" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Kind").selectOption("csv");
  await dialog.getByLabel("Name").fill("Customers");
  await dialog.getByLabel("File").setInputFiles({ name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from("id,name,plan\n1,Ada,team\n2,Grace,free\n") });
  await dialog.getByRole("button", { name: "Connect" }).click();
  await page.getByTestId("data-source").getByText("Customers").waitFor();
  await page.getByRole("button", { name: "Test Customers" }).click();
  await page.getByTestId("source-test").waitFor();

  await page.getByRole("button", { name: "Customers", exact: true }).click();
  await page.getByText("Nothing was copied yet").waitFor();
  await page.getByRole("tab", { name: "As it is now" }).click();
  await page.getByTestId("preview-record").getByText("Grace").waitFor();
  await page.getByRole("tab", { name: "Copied records" }).click();
  await page.getByRole("button", { name: "Sync now" }).click();
  await page.getByTestId("record").getByText("Grace").waitFor();
  await page.getByRole("tab", { name: "Syncs" }).click();
  await page.getByTestId("sync").getByText("2 read").waitFor();
  await page.getByRole("tab", { name: "Syncs", selected: true }).waitFor();
  await shot(page, "data-source");
  await page.keyboard.press("Escape");

  const secret = "sk-ant-never-to-be-shown";
  await page.getByRole("button", { name: "Add a credential" }).click();
  await dialog.getByLabel("For", { exact: true }).selectOption("anthropic");
  await dialog.getByLabel("Name").fill("Production");
  await dialog.getByLabel("API key").fill(secret);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByTestId("credential").getByText("Production").waitFor();
  await shot(page, "connectors");
  expect(await page.content()).not.toContain(secret);
  expect(JSON.stringify(await get(product, `/api/credentials?teamId=${product.teamId}`))).not.toContain(secret);

  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  await page.getByTestId("add-node-btn").click();
  await page.getByTestId("node-data-source").click();
  const { dataSources } = await get(product, `/api/data-sources?teamId=${product.teamId}`);
  await page.getByLabel("Source", { exact: true }).selectOption(dataSources.find((source: { name: string }) => source.name === "Customers").id);
  expect(await page.getByLabel("Kind", { exact: true }).inputValue()).toBe("csv");
  // Which of its records, and what of them.
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByLabel("Records where, 1: field").fill("plan");
  await page.getByLabel("Records where, 1: value").fill("team");
  await page.getByLabel("Columns", { exact: true }).fill("name");
  await page.getByText("Try it").click();
  await page.getByRole("button", { name: "Run this node" }).click();
  const result = page.getByTestId("node-result");
  await result.getByText('"Ada"').waitFor();
  expect(await result.innerText()).not.toMatch(/Grace|plan/);
  expect(complaints).toEqual([]);
  await page.close();
});
