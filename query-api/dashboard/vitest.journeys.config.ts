import { defineConfig } from "vitest/config";

/** In a real browser against the running product, which scripts/with-product.mjs starts and names. */
export default defineConfig({
  test: {
    include: ["journeys/**/*.journey.ts"],
    globalSetup: ["journeys/browser.ts"],
    environment: "node",
    // On a machine that is busy with others a journey takes as long as it takes: what does not come ends it, by journeys/patience.ts.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // One after the other, for they share the product; in one process, for they share nothing else that could be spoilt.
    fileParallelism: false,
    isolate: false,
  },
});
