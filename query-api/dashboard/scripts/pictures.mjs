// Makes the pictures of docs/images anew, from the demo team: npm run pictures
// With "all", every page in both themes and both widths, for a look at them, in build/pictures: npm run pictures -- all
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const isAll = process.argv.includes("all");

/** The demo team's past is replayed once the product is up. */
const REPLAY_MS = 20_000;

const product = JSON.parse(await readFile(process.env.PRODUCT_LOCAL, "utf8"));
const folder = fileURLToPath(new URL(isAll ? "../build/pictures/" : "../../../docs/images/", import.meta.url));
await mkdir(folder, { recursive: true });
await new Promise((resolve) => setTimeout(resolve, REPLAY_MS));

const workflow = await makeWorkflow();
const execution = await run(workflow);

const DOCS = [
  { name: "usage", path: "/dashboard/usage", theme: "light", width: 1280, height: 860 },
  { name: "usage-dark-phone", path: "/dashboard/usage", theme: "dark", width: 390, height: 844 },
  { name: "budget", path: "/settings/budget", theme: "light", width: 1280, height: 800 },
  { name: "team", path: "/dashboard/team", theme: "dark", width: 1280, height: 760 },
  { name: "builder", path: `/dashboard/workflows/${workflow}`, theme: "light", width: 1280, height: 720, act: selectPrompt },
  { name: "execution", path: `/dashboard/workflows/${workflow}/executions/${execution}`, theme: "dark", width: 1280, height: 860 },
  // The last, since what its calls cost would stand in the others too.
  { name: "developers", path: "/dashboard/developers", theme: "light", width: 1280, height: 760, act: openFirst, before: tellOfAgents },
];

const PAGES = [
  "/sign-in",
  "/welcome",
  "/dashboard/usage",
  "/dashboard/team",
  "/settings/budget",
  "/dashboard/alerts",
  "/dashboard/lab",
  "/dashboard/workflows",
  "/dashboard/workflows/new",
  `/dashboard/workflows/${workflow}`,
  `/dashboard/workflows/${workflow}/executions`,
  `/dashboard/workflows/${workflow}/executions/${execution}`,
  "/dashboard/outputs",
  "/dashboard/workflow-templates",
  "/dashboard/connectors",
  "/settings/api-keys",
  "/settings/team",
  "/settings/notifications",
  "/dashboard/developers",
];

const ALL = PAGES.flatMap((path) =>
  ["light", "dark"].flatMap((theme) =>
    [1440, 360].map((width) => ({
      name: `${path.replaceAll(workflow, "workflow").replaceAll(execution, "execution").slice(1).replaceAll("/", "-")}-${theme}-${width}`,
      path,
      theme,
      width,
      ...(path === "/dashboard/developers" && theme === "light" && width === 1440 ? { before: tellOfAgents } : {}),
      height: width === 360 ? 780 : 900,
      whole: true,
    })),
  ),
);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  const session = await signIn();
  for (const picture of isAll ? ALL : DOCS) {
    await picture.before?.();
    await take(picture, picture.path === "/sign-in" ? undefined : session);
    console.log(`${picture.name}.png`);
  }
} finally {
  await browser.close();
}

async function take({ name, path, theme, width, height, whole = false, act }, storageState) {
  const context = await browser.newContext({
    baseURL: product.baseUrl,
    viewport: { width, height },
    colorScheme: theme,
    locale: "en-US",
    reducedMotion: "reduce",
    ...(storageState ? { storageState } : {}),
  });
  const page = await context.newPage();
  await page.goto(path === "/sign-in" ? path : `${path}?team=${product.teamId}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
  await act?.(page);
  // Lines and canvases are drawn a moment after what they show is there.
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: whole });
  await context.close();
}

async function signIn() {
  const context = await browser.newContext({ baseURL: product.baseUrl });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(product.email);
  await page.getByLabel("Password").fill(product.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/dashboard/**");
  // Who was warned before has a place for it on top of each page.
  await page.getByTestId("budget-warning").waitFor();
  const session = await context.storageState();
  await context.close();
  return session;
}

async function openFirst(page) {
  await page.getByTestId("developer").first().getByRole("button").click();
}

/** A week of three developers' coding agents; one of them says itself what a call cost. */
async function tellOfAgents() {
  const developers = ["ines@example.com", "tomas@example.com", "yuki@example.com"];
  const agents = [
    { agent: "claude-code", model: "claude-3-5-sonnet", provider: "anthropic", inputMicros: 3, outputMicros: 15 },
    { agent: "codex", model: "gpt-4o", provider: "openai" },
    { agent: "gemini-cli", model: "gemini-1-5-pro", provider: "google" },
  ];
  const calls = [];
  for (let i = 149; i >= 0; i--) {
    const { agent, model, provider, inputMicros, outputMicros } = agents[[0, 0, 1, 0, 0, 2, 0][i % 7]];
    const [inputTokens, outputTokens] = [2000 + ((i * 7919) % 30_000), 100 + ((i * 104_729) % 2400)];
    calls.push({
      specversion: "1.0",
      id: `agent-${i}`,
      source: "/pictures",
      type: "com.promptmanage.token.usage.v1",
      time: new Date(Date.now() - i * 3_600_000).toISOString(),
      data: {
        teamId: product.teamId,
        userId: developers[(i * 5) % 7 % 3],
        model,
        provider,
        executionType: "agent_generation",
        conversationId: `session-${i % 20}`,
        tags: { agent },
        inputTokens,
        outputTokens,
        ...(inputMicros ? { reportedCostNanoUsd: (inputTokens * inputMicros + outputTokens * outputMicros) * 1000 } : {}),
      },
    });
  }
  const answer = await fetch(`${product.baseUrl}/api/v1/events`, {
    method: "POST",
    headers: { Authorization: `Bearer ${product.apiKey}`, "Content-Type": "application/cloudevents-batch+json" },
    body: JSON.stringify(calls),
  });
  if (!answer.ok) {
    throw new Error(`the agents' calls: ${answer.status} ${await answer.text()}`);
  }
  // The history follows by a moment.
  await new Promise((resolve) => setTimeout(resolve, 3000));
}

async function selectPrompt(page) {
  await page.locator(".react-flow__node").nth(1).click();
}

async function makeWorkflow() {
  const at = (x, y) => ({ position: { x, y } });
  const { workflow } = await call("POST", "/api/workflows", {
    teamId: product.teamId,
    name: "Triage of support tickets",
    description: "Sorts what comes in, and answers what can be answered.",
    tags: ["support"],
    definition: {
      version: "1.0",
      nodes: [
        { id: "tickets", type: "data_source", label: "Open tickets", config: { sourceId: "sample/tickets", sourceType: "json", query: { limit: 3 } }, ...at(0, 80) },
        {
          id: "sort",
          type: "prompt",
          label: "How urgent is it?",
          config: { promptTemplate: "How urgent is this ticket, from 1 to 5?\n\n{{input.subject}}\n{{input.body}}", model: "gpt-4o-mini", provider: "simulated", maxTokens: 120 },
          ...at(300, 80),
        },
        { id: "urgent", type: "condition", label: "Urgent?", config: { condition: "record.priority == 'high'" }, ...at(600, 80) },
        {
          id: "answer",
          type: "prompt",
          label: "Draft an answer",
          config: { promptTemplate: "Write a kind answer to: {{record.body}}", model: "gpt-4o", provider: "simulated", maxTokens: 300 },
          ...at(900, 0),
        },
        { id: "wait", type: "delay", label: "Leave it for later", config: { delayMs: 100 }, ...at(900, 170) },
      ],
      edges: [
        { id: "e1", source: "tickets", target: "sort" },
        { id: "e2", source: "sort", target: "urgent" },
        { id: "e3", source: "urgent", target: "answer", condition: "true", label: "true" },
        { id: "e4", source: "urgent", target: "wait", condition: "false", label: "false" },
      ],
      settings: {},
    },
  });
  return workflow.id;
}

async function run(id) {
  const { executionId } = await call("POST", `/api/workflows/${id}/trigger`, {});
  let status = "queued";
  while (["queued", "running"].includes(status)) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    status = (await call("GET", `/api/workflows/executions/${executionId}`)).status;
  }
  return executionId;
}

async function call(method, path, body) {
  const answer = await fetch(product.baseUrl + path, {
    method,
    headers: { Authorization: `Bearer ${product.apiKey}`, "Content-Type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) {
    throw new Error(`${method} ${path} answered ${answer.status} ${await answer.text()}`);
  }
  return answer.json();
}
