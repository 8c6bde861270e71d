// with-product.mjs [--demo] COMMAND…: runs a command while the whole product is up in a directory of its own, and ends it after.
// PRODUCT_LOCAL names the file that tells how to reach it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const READY_MS_MAX = 300_000;

const demo = process.argv[2] === "--demo";
const [command, ...rest] = process.argv.slice(demo ? 3 : 2);
const up = fileURLToPath(new URL("../../../bin/up", import.meta.url));
const data = await mkdtemp(join(tmpdir(), "prompt-manage-"));
const product = spawn(up, ["--port", "0", "--data", data, ...(demo ? [] : ["--no-demo"])], {
  stdio: ["ignore", "ignore", "inherit"],
  env: { PM_OUTBOUND_ALLOWED_RANGES: "127.0.0.0/8", ...process.env },
});
let ended = false;
const end = new Promise((resolve) =>
  product.once("exit", () => {
    ended = true;
    resolve();
  }),
);

let status = 1;
try {
  const local = join(data, "local.json");
  for (const started = Date.now(); !existsSync(local); await pause(200)) {
    if (ended || Date.now() - started > READY_MS_MAX) {
      throw new Error("the product did not start");
    }
  }
  JSON.parse(await readFile(local, "utf8"));
  const run = spawn(command, rest, { stdio: "inherit", env: { ...process.env, PRODUCT_LOCAL: local } });
  status = await new Promise((resolve, reject) => {
    run.once("error", reject);
    run.once("exit", (code) => resolve(code ?? 1));
  });
} finally {
  if (!ended) {
    product.kill("SIGTERM");
    await end;
  }
  await rm(data, { recursive: true, force: true });
}
process.exit(status);
