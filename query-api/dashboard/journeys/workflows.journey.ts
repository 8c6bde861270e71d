import { execFileSync } from "node:child_process";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE_MS } from "./patience";
import { get, launch, local, makeWorkflow, shot, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

test("two nodes and a line between them, neither of them configured, run to the end", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  await page.getByTestId("add-node-btn").click();
  await page.getByTestId("node-data-source").click();
  await page.getByTestId("add-node-btn").click();
  await page.getByTestId("node-prompt").click();
  const nodes = page.locator(".react-flow__node");
  await nodes.nth(1).waitFor();
  // Nothing moves any more.
  await nodes.nth(0).locator(".react-flow__handle.source").hover();
  const from = await nodes.nth(0).locator(".react-flow__handle.source").boundingBox();
  const to = await nodes.nth(1).locator(".react-flow__handle.target").boundingBox();
  await page.mouse.move(from!.x + from!.width / 2, from!.y + from!.height / 2);
  await page.mouse.down();
  await page.mouse.move(to!.x + to!.width / 2, to!.y + to!.height / 2, { steps: 8 });
  await page.mouse.up();
  // A straight line has no height, and so is not to be seen for the browser's tools.
  await page.locator(".react-flow__edge").waitFor({ state: "attached" });
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
  // What all runs of a node cost is exact on the graph too.
  const { nodeExecutions } = await get(product, `/api/workflows/executions/${page.url().replace(/.*executions\/([^?]+).*/, "$1")}`);
  const cost = nodeExecutions.reduce((sum: number, run: { costNanoUsd?: number }) => sum + (run.costNanoUsd ?? 0), 0);
  await page.locator(`.react-flow__node [data-nano-usd="${cost}"]`).hover();
  await page.getByRole("tooltip").getByText(`${new Intl.NumberFormat("en-US").format(cost)} nanoUSD`).waitFor();
  await page.goto(`/dashboard/workflows?team=${product.teamId}`);
  await page.getByTestId("workflow").getByText("Untitled workflow").waitFor();
  const { workflows } = await get(product, `/api/workflows?teamId=${product.teamId}&search=Untitled`);
  expect(workflows).toHaveLength(1);
  expect(complaints).toEqual([]);
  await page.close();
});

test("a node takes its edges along, and every step can be taken back", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  for (const type of ["data-source", "prompt", "output"]) {
    await page.getByTestId("add-node-btn").click();
    await page.getByTestId(`node-${type}`).click();
  }
  const nodes = page.locator(".react-flow__node");
  await nodes.nth(2).waitFor();
  await page.getByRole("button", { name: "Delete node" }).click();
  await expect.poll(() => nodes.count(), { timeout: PATIENCE_MS }).toBe(2);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => nodes.count(), { timeout: PATIENCE_MS }).toBe(3);
  await page.getByRole("button", { name: "Redo" }).click();
  await expect.poll(() => nodes.count(), { timeout: PATIENCE_MS }).toBe(2);
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "As JSON" }).click();
  expect(await page.getByRole("textbox", { name: "Definition" }).inputValue()).toContain('"type": "prompt"');
  expect(complaints).toEqual([]);
  await page.close();
});

test("a template becomes a workflow, and what it was before a change can be had back", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/workflow-templates?team=${product.teamId}`);
  await page.getByTestId("template").nth(19).waitFor();
  await page.getByLabel("Search").fill("incident");
  await shot(page, "templates");
  await page.getByRole("button", { name: "Use Incident Summary" }).click();
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("What happened");
  await page.getByRole("button", { name: "Make the workflow" }).click();
  await page.waitForURL(/\/dashboard\/workflows\/wf/);
  await page.locator(".react-flow__node").first().click();
  const before = await page.getByLabel("Label").inputValue();
  await page.getByLabel("Label").fill("Summary for people");
  await page.getByTestId("save-workflow-btn").click();
  await page.getByText("The workflow is saved.").waitFor();

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Versions" }).click();
  await page.getByTestId("change").getByText("label", { exact: true }).waitFor();
  await shot(page, "versions");
  await page.getByTestId("version").nth(1).click();
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await page.getByText("Version 1 is back, as version 3.").waitFor();
  await page.locator(".react-flow__node").getByText(before, { exact: true }).waitFor();

  // A line for failures; and nothing is lost by a link.
  await page.locator(".react-flow__edge").first().focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Followed").selectOption("error");
  await page.getByRole("link", { name: "Usage" }).click();
  await page.getByRole("dialog").getByText("Leave without saving?").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  expect(page.url()).toMatch(/workflows\/wf/);
  await page.getByText("Not saved").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("an active workflow has its next times, and runs for whoever signs a call", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const id = await makeWorkflow(product, "Nightly welcome");
  await page.goto(`/dashboard/workflows/${id}?team=${product.teamId}`);
  await page.locator(".react-flow__node").nth(1).click();
  await page.getByText("Try it").click();
  await page.getByRole("button", { name: "Run this node" }).click();
  await page.getByTestId("node-result").getByText("Completed").waitFor();
  await page.getByTestId("node-result").getByText('"simulated": true').waitFor();

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Schedule and triggers" }).click();
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByText("The workflow is active.").waitFor();
  await page.getByLabel("Runs by itself").selectOption("preset");
  await page.getByRole("button", { name: "Save the schedule" }).click();
  await page.getByTestId("next-times").locator("li").nth(4).waitFor();
  await shot(page, "schedule");
  await page.getByRole("tab", { name: "Webhook" }).click();
  await page.getByRole("button", { name: "Make a secret" }).click();
  await page.getByTestId("hook-secret").waitFor();
  expect(execFileSync("sh", ["-c", await page.getByTestId("snippet-hook").innerText()]).toString()).toContain('"success":true');
  await page.keyboard.press("Escape");
  // It was not copied.
  await page.getByRole("button", { name: "Close all the same" }).click();

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Executions" }).click();
  await page.getByRole("cell", { name: "Webhook" }).waitFor();
  await page.getByRole("cell", { name: "Completed" }).waitFor();
  await page.reload();
  await page.getByTestId("analytics").getByText("none failed").waitFor();
  // The address holds which are shown, and how.
  await page.getByLabel("Status", { exact: true }).selectOption("failed");
  await page.waitForURL(/status=failed/);
  await page.getByText("No run is like that").waitFor();
  await page.getByRole("button", { name: "As a table" }).click();
  await page.waitForURL(/days=table/);
  await page.reload();
  await page.getByRole("region", { name: "Runs and cost by day, as a table" }).waitFor();
  await page.getByText("No run is like that").waitFor();
  await page.getByRole("button", { name: "As a chart" }).click();
  await page.getByLabel("Status", { exact: true }).selectOption("");
  await page.getByRole("cell", { name: "Completed" }).waitFor();
  await shot(page, "executions");
  expect(complaints).toEqual([]);
  await page.close();
});
