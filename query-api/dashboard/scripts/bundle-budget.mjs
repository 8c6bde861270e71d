// Fails if the usage page loads more JavaScript than it may before it is there. What comes on demand (charts, the builder) does
// not count.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BYTES_MAX = 300 * 1024;
const PAGE = "src/features/usage/usage-page.tsx";

const out = process.env.DASHBOARD_OUT ?? "dist";
const manifest = JSON.parse(await readFile(`${out}/manifest.json`, "utf8"));
const loaded = new Set();

function load(name) {
  const chunk = manifest[name];
  if (!chunk) {
    throw new Error(`${name} is not in the build: is the page still where this script looks for it?`);
  }
  if (!loaded.has(chunk.file)) {
    loaded.add(chunk.file);
    (chunk.imports ?? []).forEach(load);
  }
}

load("index.html");
load(PAGE);

let bytes = 0;
for (const file of loaded) {
  if (file.endsWith(".js")) {
    bytes += gzipSync(await readFile(`${out}/${file}`)).length;
  }
}

const kib = (count) => `${(count / 1024).toFixed(1)} KiB`;
if (bytes > BYTES_MAX) {
  console.error(`The usage page loads ${kib(bytes)} of compressed JavaScript, more than ${kib(BYTES_MAX)}.`);
  process.exit(1);
}
console.log(`The usage page loads ${kib(bytes)} of compressed JavaScript (at most ${kib(BYTES_MAX)}).`);
