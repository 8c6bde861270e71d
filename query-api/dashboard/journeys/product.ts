import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

export interface Local {
  baseUrl: string;
  email: string;
  password: string;
  apiKey: string;
  teamId: string;
  userId: string;
}

export const SCREENSHOTS = fileURLToPath(new URL("../build/screenshots", import.meta.url));

/** How to reach the product that scripts/with-product.mjs started. */
export function local(): Local {
  const file = process.env.PRODUCT_LOCAL;
  if (!file) {
    throw new Error("PRODUCT_LOCAL is not set: run this through scripts/with-product.mjs");
  }
  return JSON.parse(readFileSync(file, "utf8")) as Local;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Visit {
  page: Page;
  /** What the page complained of: errors in scripts, and what its policy refused. */
  complaints: string[];
}

export async function visit(browser: Browser, product: Local, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: product.baseUrl,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A refused sign-in and the question who is signed in are answered 401, which Chromium puts on the console.
    if (message.type() === "error" && !/status of 40[14]/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  return { page, complaints };
}

/** By the API: the form has a journey of its own, and takes ten times as long. */
export async function signIn(page: Page, product: Local): Promise<void> {
  const answer = await page.request.post("/api/auth/login", {
    data: { email: product.email, password: product.password },
    headers: { Origin: product.baseUrl },
  });
  if (!answer.ok()) {
    throw new Error(`signing in answered ${answer.status()} ${await answer.text()}`);
  }
}

/** Sends an event the way an application does. */
export async function log(product: Local, event: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${product.baseUrl}/api/token-tracking/log`, {
    method: "POST",
    headers: { Authorization: `Bearer ${product.apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ teamId: product.teamId, userId: product.userId, ...event }),
  });
  if (!answer.ok) {
    throw new Error(`${answer.status} ${await answer.text()}`);
  }
}

export async function get(product: Local, path: string): Promise<any> {
  const answer = await fetch(product.baseUrl + path, { headers: { Authorization: `Bearer ${product.apiKey}` } });
  if (!answer.ok) {
    throw new Error(`${path} answered ${answer.status} ${await answer.text()}`);
  }
  return answer.json();
}

/** A workflow as the builder's first one: sample records, and a simulated model that greets each. */
export async function makeWorkflow(product: Local, name: string): Promise<string> {
  const { workflow } = await post(product, "/api/workflows", {
    teamId: product.teamId,
    name,
    definition: {
      version: "1.0",
      nodes: [
        { id: "customers", type: "data_source", label: "Customers", config: { sourceId: "sample", sourceType: "json", query: { limit: 3 } }, position: { x: 0, y: 0 } },
        {
          id: "welcome",
          type: "prompt",
          label: "Welcome",
          config: { promptTemplate: "Write one friendly sentence that welcomes {{input.name}}.", model: "gpt-4o-mini", provider: "simulated", maxTokens: 200 },
          position: { x: 300, y: 0 },
        },
      ],
      edges: [{ id: "customers-welcome", source: "customers", target: "welcome" }],
      settings: {},
    },
  });
  return workflow.id;
}

export async function post(product: Local, path: string, body: unknown): Promise<any> {
  const answer = await fetch(product.baseUrl + path, {
    method: "POST",
    headers: { Authorization: `Bearer ${product.apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Error(`${path} answered ${answer.status} ${await answer.text()}`);
  }
  return answer.json();
}

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
