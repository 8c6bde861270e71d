// Measures how long the pages of a large team take: npm run load
// Makes a team of a thousand members with a month of calls, all through the API, then opens each page in a browser that has nothing
// of it yet. Fails if the usage page takes longer than it may. MEMBERS and CALLS (of each) say how much.
// Usage names all members; ACCOUNTS of them have signed up and joined, none with ACCOUNTS=no. It cannot be many: a team sends only so
// many invitations within a day.
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const MEMBERS = Number(process.env.MEMBERS ?? 1000);
const ACCOUNTS = process.env.ACCOUNTS === "no" ? 0 : Math.min(MEMBERS, Number(process.env.ACCOUNTS ?? 5));
const CALLS = Number(process.env.CALLS ?? 300);
const DAYS = 30;
const RUNS = 5;
const USAGE_MS_MAX = 2000;
const BATCH = 1000;
const AT_ONCE = 4;
/** Before what is too busy is asked again, where it does not say when. */
const PAUSE_MS = 500;
const TRIES_MAX = 60;
/** What says to come again later than this is not waited for. */
const PAUSE_MS_MAX = 60_000;
/** The history follows the totals; a machine that is busy with others is given time, but not for ever. */
const HISTORY_MS_MAX = 1_800_000;

const MODELS = ["gpt-4o-mini", "gpt-4o-mini", "gpt-4o", "gpt-4-turbo", "claude-3-5-sonnet", "gemini-1-5-pro"];

const product = JSON.parse(await readFile(process.env.PRODUCT_LOCAL, "utf8"));
const signedIn = await call("POST", "/api/auth/login", { email: product.email, password: product.password });
const owner = `Bearer ${signedIn.token}`;
const team = (await call("POST", "/api/teams", { name: "A thousand" }, owner)).id;

const joined = await timed(`${ACCOUNTS} accounts`, () => inTurns(ACCOUNTS, join));
const members = Array.from({ length: MEMBERS }, (_, number) => joined[number] ?? `member-${number}@load.example.com`);
await timed(`${MEMBERS * CALLS} calls`, sendAll);
await timed("the history", awaitHistory);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
let late = false;
try {
  const session = await signIn();
  const usage = await measure(session, "usage", "/dashboard/usage", [".recharts-bar-rectangle", "[data-testid=card-spend] [data-nano-usd]", "[data-testid=activity-row]"]);
  late = usage > USAGE_MS_MAX;
  await measure(session, "usage by member", "/dashboard/usage?by=user", [".recharts-bar-rectangle", "[data-testid=activity-row]"]);
  await measure(session, "team spend", "/dashboard/team", ["[data-testid=member-row]"]);
  await measure(session, "team settings", "/settings/team", ["[data-testid=member]"]);
  await measure(session, "alerts", "/dashboard/alerts", ["h1"]);
} finally {
  await browser.close();
}
if (late) {
  console.error(`The usage page takes longer than ${USAGE_MS_MAX} ms.`);
  process.exit(1);
}

async function join(number) {
  const email = `member-${number}@load.example.com`;
  const { token, user } = await call("POST", "/api/auth/register", { email, name: `Member ${number}`, password: "correct horse battery staple" });
  const { acceptLink } = await call("POST", `/api/teams/${team}/invitations`, { email, role: "editor" }, owner);
  await call("POST", `/api/invitations/${acceptLink.replace(/.*\/invite\//, "")}/accept`, undefined, `Bearer ${token}`);
  return user.id;
}

/** The newest last, as they would have come. */
async function sendAll() {
  const total = MEMBERS * CALLS;
  const from = Date.now() - DAYS * 86_400_000;
  await inTurns(Math.ceil(total / BATCH), async (batch) => {
    const events = [];
    for (let i = batch * BATCH; i < Math.min(total, (batch + 1) * BATCH); i++) {
      events.push({
        specversion: "1.0",
        id: `load-${i}`,
        source: "/load",
        type: "com.promptmanage.token.usage.v1",
        time: new Date(from + ((Date.now() - from) * i) / total).toISOString(),
        data: {
          teamId: team,
          userId: members[(i * 7919) % MEMBERS],
          model: MODELS[(i * 31) % MODELS.length],
          promptId: `prompt-${(i * 17) % 200}`,
          inputTokens: 200 + ((i * 37) % 3000),
          outputTokens: 50 + ((i * 53) % 900),
        },
      });
    }
    await call("POST", "/api/v1/events", events, `Bearer ${product.apiKey}`, "application/cloudevents-batch+json");
  });
}

/** The totals come first; the history of single calls follows. */
async function awaitHistory() {
  // By days and not by a period of the calendar, which may have begun since.
  const day = (ms) => new Date(ms).toISOString().slice(0, 10);
  const range = `startDate=${day(Date.now() - (DAYS + 1) * 86_400_000)}&endDate=${day(Date.now())}&timezone=UTC`;
  for (const started = Date.now(); ; ) {
    const { summary } = await call("GET", `/api/token-tracking/stats?teamId=${team}&${range}`, undefined, owner);
    const { usage } = await call("GET", `/api/token-tracking/usage?teamId=${team}&limit=1`, undefined, owner);
    if (summary.totalRuns >= MEMBERS * CALLS && usage.length > 0 && Date.now() - Date.parse(usage[0].time) < 86_400_000) {
      return;
    }
    if (Date.now() - started > HISTORY_MS_MAX) {
      throw new Error(`of ${MEMBERS * CALLS} calls, ${summary.totalRuns} are counted, and the newest in the history is of ${usage[0]?.time ?? "never"}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Once for all visits: the session is a cookie, and what is measured is a page, not a sign-in. */
async function signIn() {
  const context = await browser.newContext({ baseURL: product.baseUrl });
  const answer = await context.request.post("/api/auth/login", { data: { email: product.email, password: product.password }, headers: { Origin: product.baseUrl } });
  if (!answer.ok()) {
    throw new Error(`signing in answered ${answer.status()} ${await answer.text()}`);
  }
  const session = await context.storageState();
  await context.close();
  return session;
}

/** From the address to a page that shows everything and answers a click. The median of some visits, each with an empty cache. */
async function measure(session, name, path, there) {
  const times = [];
  for (let i = 0; i < RUNS; i++) {
    const context = await browser.newContext({ baseURL: product.baseUrl, viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", storageState: session });
    const page = await context.newPage();
    const started = performance.now();
    await page.goto(`${path}${path.includes("?") ? "&" : "?"}team=${team}`, { waitUntil: "commit" });
    await Promise.all(there.map((selector) => page.locator(selector).first().waitFor()));
    await page.getByRole("button", { name: /signed in as/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
    times.push(performance.now() - started);
    await context.close();
  }
  times.sort((a, b) => a - b);
  const median = Math.round(times[Math.floor(RUNS / 2)]);
  console.log(`${name}: ${median} ms (${times.map((ms) => Math.round(ms)).join(", ")})`);
  return median;
}

async function inTurns(count, work) {
  const results = new Array(count);
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) {
      results[number] = await work(number);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function timed(what, work) {
  const started = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

async function call(method, path, body, authorization, type = "application/json") {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(product.baseUrl + path, {
      method,
      headers: { "Content-Type": type, ...(authorization ? { Authorization: authorization } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const told = Number(answer.headers.get("Retry-After")) * 1000;
    if ((answer.status === 429 || answer.status === 503) && tries < TRIES_MAX && !(told > PAUSE_MS_MAX)) {
      await answer.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, told > 0 ? told : PAUSE_MS));
      continue;
    }
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  }
}
