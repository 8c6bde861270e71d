import { errors, type Locator, type Page } from "playwright-core";

/** How long something may take to appear, on a machine that is busy with others too. */
export const PATIENCE_MS = 60_000;

/** What the tool is given less than two and a half seconds for it looks for ten times a second, and else twice. */
const LOOK_MS = 2400;

const ACTIONS = ["click", "fill", "selectOption", "check", "uncheck", "hover", "innerText", "textContent", "inputValue", "getAttribute"] as const;

/**
 * Waits for what is not there yet by looking more often than the tool does by itself, which costs each page that is slower than a
 * quarter of a second up to half of one more. Nothing is given less time than before: it is only asked for again.
 */
export function lookOften(page: Page): void {
  const locators = Object.getPrototypeOf(page.locator("html")) as Locator & { looksOften?: true };
  if (locators.looksOften) {
    return;
  }
  locators.looksOften = true;
  const waitFor = Object.getOwnPropertyDescriptor(locators, "waitFor")!.value as Locator["waitFor"];
  locators.waitFor = async function (this: Locator, options = {}) {
    const end = performance.now() + (options.timeout ?? PATIENCE_MS);
    for (;;) {
      const left = Math.max(1, end - performance.now());
      try {
        return await waitFor.call(this, { ...options, timeout: Math.min(LOOK_MS, left) });
      } catch (error) {
        if (!(error instanceof errors.TimeoutError) || left <= LOOK_MS) {
          throw error;
        }
      }
    }
  };
  for (const name of ACTIONS) {
    const act = locators[name] as unknown as (...args: unknown[]) => Promise<unknown>;
    Object.assign(locators, {
      [name]: async function (this: Locator, ...args: unknown[]) {
        await this.waitFor();
        return act.apply(this, args);
      },
    });
  }
}
