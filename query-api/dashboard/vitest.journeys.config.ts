import { defineConfig } from "vitest/config";

/** In a real browser against the running product, which scripts/with-product.mjs starts and names. */
export default defineConfig({
  test: {
    include: ["journeys/**/*.journey.ts"],
    globalSetup: ["journeys/browser.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One after the other, for they share the product; in one process, for they share nothing else that could be spoilt.
    fileParallelism: false,
    isolate: false,
  },
});
