import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "jsdom",
    // On a machine that is busy with others a test takes as long as it takes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ["src/test/setup.ts"],
    // A zone that no developer lives in: what leans on the machine's zone fails here.
    env: { TZ: "Pacific/Chatham" },
  },
});
