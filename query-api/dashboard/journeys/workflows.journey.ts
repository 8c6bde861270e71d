import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, launch, local, shot, signIn, visit } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("two nodes and a line between them, neither of them configured, run to the end", async () => {
  const { page, complaints } = await visit(browser, product);
  await signIn(page, product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  await page.getByTestId("add-node-btn").click();
  await page.getByTestId("node-data-source").click();
  await page.getByTestId("add-node-btn").click();
  await page.getByTestId("node-prompt").click();
  const nodes = page.locator(".react-flow__node");
  await nodes.nth(1).waitFor();
  const from = await nodes.nth(0).locator(".react-flow__handle.source").boundingBox();
  const to = await nodes.nth(1).locator(".react-flow__handle.target").boundingBox();
  await page.mouse.move(from!.x + from!.width / 2, from!.y + from!.height / 2);
  await page.mouse.down();
  await page.mouse.move(to!.x + to!.width / 2, to!.y + to!.height / 2, { steps: 8 });
  await page.mouse.up();
  await page.locator(".react-flow__edge").waitFor();
  await page.getByTestId("save-workflow-btn").click();
  await page.waitForURL(/\/dashboard\/workflows\/(?!new)/);
  await page.getByTestId("run-workflow-btn").click();
  await page.getByTestId("execution-status-completed").waitFor();
  expect(await page.getByTestId("execution-status").innerText()).toBe("Completed");
  await shot(page, "builder");

  await page.getByRole("complementary", { name: "Properties" }).getByRole("link").first().click();
  await page.waitForURL(/\/executions\//);
  await page.getByTestId("execution-status-completed").waitFor();
  await shot(page, "execution");
  await page.goto(`/dashboard/workflows?team=${product.teamId}`);
  await page.getByTestId("workflow").getByText("Untitled workflow").waitFor();
  const { workflows } = await get(product, `/api/workflows?teamId=${product.teamId}`);
  expect(workflows).toHaveLength(1);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a node takes its edges along, and every step can be taken back", async () => {
  const { page, complaints } = await visit(browser, product);
  await signIn(page, product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  for (const type of ["data-source", "prompt", "output"]) {
    await page.getByTestId("add-node-btn").click();
    await page.getByTestId(`node-${type}`).click();
  }
  await page.locator(".react-flow__node").nth(2).waitFor();
  await page.getByRole("button", { name: "Delete node" }).click();
  expect(await page.locator(".react-flow__node").count()).toBe(2);
  await page.getByRole("button", { name: "Undo" }).click();
  expect(await page.locator(".react-flow__node").count()).toBe(3);
  await page.getByRole("button", { name: "Redo" }).click();
  expect(await page.locator(".react-flow__node").count()).toBe(2);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "As JSON" }).click();
  expect(await page.getByRole("textbox", { name: "Definition" }).inputValue()).toContain('"type": "prompt"');
  expect(complaints).toEqual([]);
  await page.context().close();
});
