import type { Browser, Download, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE_MS } from "./patience";
import { get, launch, local, log, makeWorkflow, post, shot, visitSignedIn } from "./product";

const product = local();
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

async function more(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("by the keyboard alone two nodes are added, connected, set, saved and run", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  await tabTo(page, page.getByLabel("Name of the workflow"));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Made by keyboard");
  const add = page.getByTestId("add-node-btn");
  await tabTo(page, add);
  await page.keyboard.press("Enter");
  await focused(page, page.getByTestId("node-data-source"));
  await page.keyboard.press("Enter");
  await focused(page, add);
  await page.keyboard.press("Enter");
  await focused(page, page.getByTestId("node-data-source"));
  await page.keyboard.press("ArrowDown");
  await focused(page, page.getByTestId("node-prompt"));
  await page.keyboard.press("Enter");
  await page.locator(".react-flow__node").nth(1).waitFor();

  await tabTo(page, page.getByLabel("Label", { exact: true }));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Greeting");
  await tabTo(page, page.getByLabel("Connect from"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  // A straight line has no height, and so is not to be seen for the browser's tools.
  await page.locator(".react-flow__edge").waitFor({ state: "attached" });
  const prompt = page.getByRole("textbox", { name: "Prompt", exact: true });
  await tabTo(page, prompt);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" From: {{dat");
  await page.getByRole("option", { name: "data_source Data source" }).waitFor();
  await page.keyboard.press("Enter");
  expect(await prompt.inputValue()).toMatch(/ From: \{\{data_source\}\}$/);
  await page.keyboard.press("Control+s");
  await page.waitForURL(/\/dashboard\/workflows\/(?!new)/);
  await tabTo(page, page.getByTestId("run-workflow-btn"), "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByTestId("execution-status-completed").waitFor();
  await page.locator(".react-flow__node").getByText("Greeting", { exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("a node is dragged in, run with data, and taken along as a file and as a template", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  const canvas = page.getByTestId("canvas");
  await page.getByRole("button", { name: /^Prompt: / }).dragTo(canvas, { targetPosition: { x: 420, y: 260 } });
  const node = page.locator(".react-flow__node");
  await node.waitFor();
  const [at, around] = [await node.boundingBox(), await canvas.boundingBox()];
  expect([Math.round(at!.x - around!.x), Math.round(at!.y - around!.y)].map((length, i) => Math.abs(length - [420, 260][i]!) < 30)).toEqual([true, true]);
  await page.getByLabel("Name of the workflow").fill("Dragged in");
  await page.getByTestId("save-workflow-btn").click();
  await page.waitForURL(/\/dashboard\/workflows\/(?!new)/);

  await more(page, "Run with data …");
  await page.getByRole("textbox", { name: "Data" }).fill('{"input": {"name": "Grace Hopper"}}');
  await page.getByRole("dialog").getByRole("button", { name: "Run", exact: true }).click();
  await page.getByTestId("execution-status-completed").waitFor();
  await page.getByRole("list", { name: "Nodes" }).getByRole("button", { expanded: false }).first().click();
  await page.getByLabel("Input of Prompt").getByText("Grace Hopper").waitFor();

  const plain = await exported(page, "Export");
  expect(plain.suggestedFilename()).toBe("dragged-in.json");
  const template = await exported(page, "Export as a template");
  await page.goto(`/dashboard/workflows/new?team=${product.teamId}`);
  await page.getByLabel("Import a workflow").setInputFiles({ name: "w.json", mimeType: "application/json", buffer: await contentOf(plain) });
  await node.getByText("Prompt", { exact: true }).waitFor();
  expect(await page.getByLabel("Name of the workflow").inputValue()).toBe("Dragged in");
  await page.getByLabel("Import a workflow").setInputFiles({ name: "w.json", mimeType: "application/json", buffer: Buffer.from("[]") });
  await page.getByText("This is not a workflow in JSON: it needs a list of nodes.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => node.count(), { timeout: PATIENCE_MS }).toBe(0);

  await page.goto(`/dashboard/workflow-templates?team=${product.teamId}`);
  await page.getByLabel("An exported workflow").setInputFiles({ name: "t.json", mimeType: "application/json", buffer: await contentOf(template) });
  await page.getByRole("dialog").getByLabel("Name", { exact: true }).fill("Taken in");
  await page.getByRole("button", { name: "Make the workflow" }).click();
  await page.waitForURL(/\/dashboard\/workflows\/wf/);
  await node.getByText("Prompt", { exact: true }).waitFor();
  await page.goto("/dashboard/workflows?team=me");
  await page.getByText("No workflow yet").waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("a colleague is given a part in it, more of one, and none", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const id = await makeWorkflow(product, "To be shared");
  const grants = async () =>
    (await get(product, `/api/workflows/${id}/permissions`)).permissions.map((grant: { userId: string; permissionLevel: string }) => `${grant.userId} ${grant.permissionLevel}`);
  await page.goto(`/dashboard/workflows/${id}?team=${product.teamId}`);
  await more(page, "About and alerts");
  await page.getByLabel("Tags").fill("shared, nightly");
  await page.getByLabel("It has become slow").uncheck();
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  await page.getByText("It is saved.").waitFor();
  const { workflow } = await get(product, `/api/workflows/${id}`);
  expect([workflow.tags, workflow.notifications.alertTypes.length]).toEqual([["shared", "nightly"], 5]);
  await more(page, "Share");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("With", { exact: true }).selectOption({ label: "Mara Lindqvist" });
  await dialog.getByLabel("Level").selectOption("runner");
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByTestId("grant").getByText("Mara Lindqvist", { exact: true }).waitFor();
  expect(await grants()).toEqual(["usr_mara runner"]);
  await dialog.getByLabel("What Mara Lindqvist may do").selectOption("editor");
  await page.getByText("It is changed.").waitFor();
  await shot(page, "share");
  expect(await grants()).toEqual(["usr_mara editor"]);
  await dialog.getByRole("button", { name: "Stop sharing with Mara Lindqvist" }).click();
  await page.getByTestId("grant").waitFor({ state: "detached" });
  await expect.poll(grants, { timeout: PATIENCE_MS }).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("usage that is reported runs what waits for it, and only that", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const id = await makeWorkflow(product, "Waits for usage");
  await page.goto(`/dashboard/workflows/${id}?team=${product.teamId}`);
  await more(page, "Schedule and triggers");
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByText("The workflow is active.").waitFor();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.getByLabel("Runs when").selectOption("com.promptmanage.token.usage.v1");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByLabel("Only if its data has: Field 1").fill("promptId");
  await page.getByLabel("Only if its data has: Value 1").fill("awaited");
  await page.getByRole("button", { name: "Save the trigger" }).click();
  await page.getByText("The trigger is saved.").waitFor();
  await shot(page, "event-trigger");
  // The runner looks every few seconds for what waits.
  let runs: { triggeredBy: string }[] = [];
  for (let i = 0; i < 240 && runs.length === 0; i++) {
    await log(product, { eventId: `other-${i}`, model: "gpt-4o-mini", inputTokens: 1, outputTokens: 1, promptId: "another" });
    await log(product, { eventId: `awaited-${i}`, model: "gpt-4o-mini", inputTokens: 1, outputTokens: 1, promptId: "awaited" });
    await page.waitForTimeout(250);
    runs = (await get(product, `/api/workflows/${id}/executions`)).executions;
  }
  expect(runs[0]?.triggeredBy).toBe("event");
  await page.goto(`/dashboard/workflows/${id}/executions?team=${product.teamId}`);
  await page.getByRole("cell", { name: "Event", exact: true }).first().waitFor();
  await page.getByRole("region", { name: "Executions" }).getByRole("link").first().click();
  await page.getByLabel("trigger", { exact: true }).getByText('"awaited"').waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

test("what failed is resumed where it had stopped, and what takes too long is cancelled", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const source = await post(product, "/api/data-sources", { teamId: product.teamId, name: "Not here yet", type: "csv" });
  const { workflow } = await post(product, "/api/workflows", {
    teamId: product.teamId,
    name: "Fails, then waits",
    definition: {
      version: "1.0",
      nodes: [
        { id: "first", type: "transform", label: "First", config: { transformType: "custom", code: "1 + 1" }, position: { x: 0, y: 0 } },
        { id: "file", type: "data_source", label: "File", config: { sourceId: source.id, sourceType: "csv", fanOut: false }, position: { x: 300, y: 0 } },
        { id: "wait", type: "delay", label: "Wait", config: { delayMs: 600_000 }, position: { x: 600, y: 0 } },
      ],
      edges: [
        { id: "e1", source: "first", target: "file" },
        { id: "e2", source: "file", target: "wait" },
      ],
      settings: { retryPolicy: { maxAttempts: 1 } },
    },
  });
  await page.goto(`/dashboard/workflows/${workflow.id}?team=${product.teamId}`);
  await page.getByTestId("run-workflow-btn").click();
  await page.getByTestId("execution-status-failed").waitFor();
  await page.getByRole("complementary", { name: "Properties" }).getByRole("link").first().click();
  await page.waitForURL(/\/executions\//);
  await page.getByRole("list", { name: "Nodes" }).getByText("no file yet").first().waitFor();
  await shot(page, "execution-failed");

  const uploaded = await page.request.put(`/api/data-sources/${source.id}/file`, {
    data: Buffer.from("name\nAda\n"),
    headers: { Origin: product.baseUrl, "Content-Type": "application/octet-stream" },
  });
  expect(uploaded.status()).toBe(200);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("list", { name: "Nodes" }).getByText("Wait", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByTestId("execution-status-cancelled").waitFor();
  const { nodeExecutions } = await get(product, `/api/workflows/executions/${page.url().replace(/.*executions\/([^?]+).*/, "$1")}`);
  const runs = nodeExecutions.map((run: { nodeId: string; status: string }) => `${run.nodeId} ${run.status}`);
  // What had been done was not done again.
  expect(runs.filter((run: string) => run.startsWith("first"))).toEqual(["first completed"]);
  expect(runs).toContain("file completed");
  expect(complaints).toEqual([]);
  await page.close();
});

test("what failed is mended, and goes on by the new version with what was done", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const definition = (code: string) => ({
    version: "1.0",
    nodes: [
      { id: "first", type: "transform", label: "First", config: { transformType: "custom", code: "{'answer': 42}" }, position: { x: 0, y: 0 } },
      { id: "second", type: "transform", label: "Second", config: { transformType: "custom", code }, position: { x: 300, y: 0 } },
    ],
    edges: [{ id: "e1", source: "first", target: "second" }],
    settings: { retryPolicy: { maxAttempts: 1 } },
  });
  const { workflow } = await post(product, "/api/workflows", { teamId: product.teamId, name: "To be mended", definition: definition("input.anser + 1") });
  await page.goto(`/dashboard/workflows/${workflow.id}?team=${product.teamId}`);
  await page.getByTestId("run-workflow-btn").click();
  await page.getByTestId("execution-status-failed").waitFor();
  const failed = page.getByRole("complementary", { name: "Properties" }).getByRole("link").first();
  const address = await failed.getAttribute("href");

  const mended = await page.request.put(`/api/workflows/${workflow.id}`, { data: { definition: definition("input.answer + 1") }, headers: { Origin: product.baseUrl } });
  expect(mended.status()).toBe(200);
  await page.goto(address!);
  await page.getByRole("button", { name: "Resume with version 2" }).click();
  await page.waitForURL((url) => /\/executions\//.test(url.pathname) && !address!.includes(url.pathname));
  await page.getByTestId("execution-status-completed").waitFor();
  const nodes = page.getByRole("list", { name: "Nodes" });
  await nodes.getByText("Kept from the run before").waitFor();
  await shot(page, "execution-resumed");
  const { nodeExecutions } = await get(product, `/api/workflows/executions/${page.url().replace(/.*executions\/([^?]+).*/, "$1")}`);
  expect(nodeExecutions.map((run: { nodeId: string; kept: boolean; output: unknown }) => [run.nodeId, run.kept, run.output])).toEqual([
    ["first", true, { answer: 42 }],
    ["second", false, 43],
  ]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("whoever runs a workflow without the data that it needs is asked for it first", async () => {
  const { page, complaints } = await visitSignedIn(browser, product);
  const { workflow } = await post(product, "/api/workflows", {
    teamId: product.teamId,
    name: "Needs a name",
    definition: {
      version: "1.0",
      nodes: [{ id: "greet", type: "prompt", label: "Greet", config: { promptTemplate: "Greet {{trigger.person.name}}.", model: "gpt-4o-mini", provider: "simulated" }, position: { x: 0, y: 0 } }],
      edges: [],
      settings: {},
    },
  });
  await page.goto(`/dashboard/workflows/${workflow.id}?team=${product.teamId}`);
  await page.getByTestId("run-workflow-btn").click();
  const dialog = page.getByRole("dialog", { name: "Run with data" });
  await dialog.getByText("person.name").waitFor();
  await shot(page, "run-needs-data");
  const data = dialog.getByRole("textbox", { name: "Data" });
  expect(JSON.parse(await data.inputValue())).toEqual({ person: { name: "" } });
  await data.fill('{"person": {"name": "Grace"}}');
  await dialog.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByTestId("execution-status-completed").waitFor();
  expect((await get(product, `/api/workflows/${workflow.id}/executions`)).executions).toHaveLength(1);
  expect(complaints).toEqual([]);
  await page.close();
});

async function focused(page: Page, target: Locator): Promise<void> {
  await target.and(page.locator(":focus")).waitFor();
}

/** As far as it takes, and no farther than a page may be. */
async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await target.waitFor();
  // Found once: to find it by its name is to work out the names of all that there is.
  const element = await target.elementHandle();
  for (let i = 0; i < 80; i++) {
    if (await element!.evaluate((node) => node === document.activeElement)) {
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${String(target)}`);
}

async function exported(page: Page, item: string): Promise<Download> {
  const download = page.waitForEvent("download");
  await more(page, item);
  return download;
}

/** The browser is another process's, and so is its disk. */
async function contentOf(download: Download): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
