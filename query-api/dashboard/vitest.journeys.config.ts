import { defineConfig } from "vitest/config";

/** In a real browser against the running product, which scripts/with-product.mjs starts and names. */
export default defineConfig({
  test: {
    include: ["journeys/**/*.journey.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
