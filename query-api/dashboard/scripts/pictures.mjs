// Makes the pictures of docs/images anew, from the demo team. To be run by: npm run pictures
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const PICTURES = [
  { name: "usage", path: "/dashboard/usage", theme: "light", width: 1280, height: 860 },
  { name: "usage-dark-phone", path: "/dashboard/usage", theme: "dark", width: 390, height: 844 },
  { name: "budget", path: "/settings/budget", theme: "light", width: 1280, height: 800 },
  { name: "team", path: "/dashboard/team", theme: "dark", width: 1280, height: 760 },
];

/** The demo team's past is replayed once the product is up. */
const REPLAY_MS = 20_000;

const folder = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const product = JSON.parse(await readFile(process.env.PRODUCT_LOCAL, "utf8"));
await mkdir(folder, { recursive: true });
await new Promise((resolve) => setTimeout(resolve, REPLAY_MS));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  for (const { name, path, theme, width, height } of PICTURES) {
    const context = await browser.newContext({
      baseURL: product.baseUrl,
      viewport: { width, height },
      colorScheme: theme,
      locale: "en-US",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(product.email);
    await page.getByLabel("Password").fill(product.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/dashboard/**");
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator(".skeleton").first().waitFor({ state: "detached" });
    await page.waitForTimeout(1000);
    await page.screenshot({ path: `${folder}${name}.png` });
    console.log(`${name}.png`);
    await context.close();
  }
} finally {
  await browser.close();
}
