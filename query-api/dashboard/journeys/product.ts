import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { inject } from "vitest";
import { lookOften, PATIENCE_MS } from "./patience";

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

/** The browser of this run. Whoever closes it closes what they opened in it. */
export function launch(): Promise<Browser> {
  return chromium.connect(inject("browser"));
}

export interface Visit {
  page: Page;
  /** What the page complained of: errors in scripts, and what its policy refused. */
  complaints: string[];
}

/** Someone with a browser of their own, which knows nothing yet. */
export async function visit(browser: Browser, product: Local, options: BrowserContextOptions = {}): Promise<Visit> {
  return opened(await contextOf(browser, product, options));
}

const contexts = new WeakMap<Browser, Promise<BrowserContext>>();

/**
 * Someone who is signed in, on a page of their own. Those of one file have a browser's memory together, so that the scripts of the
 * pages are fetched and compiled once.
 */
export async function visitSignedIn(browser: Browser, product: Local): Promise<Visit> {
  let context = contexts.get(browser);
  if (context === undefined) {
    context = contextOf(browser, product, {}).then(async (made) => {
      await signIn(made, product);
      return made;
    });
    contexts.set(browser, context);
  }
  return opened(await context);
}

function contextOf(browser: Browser, product: Local, options: BrowserContextOptions): Promise<BrowserContext> {
  return browser.newContext({
    baseURL: product.baseUrl,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
}

/** Another tab of the same browser, which knows who is signed in. */
export function tabBeside(page: Page): Promise<Visit> {
  return opened(page.context());
}

async function opened(context: BrowserContext): Promise<Visit> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  lookOften(page);
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

interface Session {
  name: string;
  value: string;
}

let session: Promise<Session> | undefined;

/** By the API, and once: the form has a journey of its own, and a password takes its time by design. */
export async function signIn(context: BrowserContext, product: Local): Promise<void> {
  session ??= login(product);
  await context.addCookies([{ ...(await session), url: product.baseUrl, httpOnly: true, sameSite: "Strict" }]);
}

async function login(product: Local): Promise<Session> {
  const answer = await fetch(`${product.baseUrl}/api/auth/login`, {
    method: "POST",
    headers: { Origin: product.baseUrl, "Content-Type": "application/json" },
    body: JSON.stringify({ email: product.email, password: product.password }),
  });
  const cookie = /^([^=]+)=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? "");
  if (!answer.ok || !cookie) {
    throw new Error(`signing in answered ${answer.status} ${await answer.text()}`);
  }
  return { name: cookie[1]!, value: cookie[2]! };
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

/** What is held to be calm, by the measure of browsers: the part of the window that moves, times how far. */
export const SHIFT_MAX = 0.1;

/**
 * What has moved since the page was opened without anyone having touched it, and by how much it is wider than the window. For the page
 * itself, once all is there that it shows.
 */
export function shifted(): Promise<{ shift: number; overflow: number }> {
  return new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        sum += entry.hadRecentInput ? 0 : entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
    const { scrollWidth, clientWidth } = document.documentElement;
    setTimeout(() => resolve({ shift: sum, overflow: scrollWidth - clientWidth }), 50);
  });
}

export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
