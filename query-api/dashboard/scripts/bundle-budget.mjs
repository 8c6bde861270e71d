// Fails if the usage page loads more JavaScript than it may before it is there. What comes on demand (the builder, dialogs) does not
// count, and the chart, which follows once the page is there, is told beside it.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BYTES_MAX = 300_000;
const PAGE = "src/features/usage/usage-page.tsx";
const CHART = "src/shared/ui/trend.tsx";

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

async function bytes() {
  let sum = 0;
  for (const file of loaded) {
    if (file.endsWith(".js")) {
      sum += gzipSync(await readFile(`${out}/${file}`)).length;
    }
  }
  return sum;
}

load("index.html");
load(PAGE);
const ofPage = await bytes();
load(CHART);
const withChart = await bytes();

const kb = (count) => `${(count / 1000).toFixed(1)} kB`;
if (ofPage > BYTES_MAX) {
  console.error(`The usage page loads ${kb(ofPage)} of compressed JavaScript, more than ${kb(BYTES_MAX)}.`);
  process.exit(1);
}
console.log(`The usage page loads ${kb(ofPage)} of compressed JavaScript (at most ${kb(BYTES_MAX)}), and ${kb(withChart)} with its chart.`);
