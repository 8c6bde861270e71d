// Writes src/shared/api/schema.d.ts from the descriptions of the services, merged as the server merges them; and enums.ts, with the
// words that pages offer all of, so that a new one is there without a change here.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const services = ["platform/service", "query-api", "ingest-api", "workflow-runner"];

const document = {
  openapi: "3.1.0",
  info: { title: "Prompt Manage", version: "2.0" },
  paths: {},
  components: {},
};

for (const service of services) {
  const folder = `${root}${service}/src/main/resources/openapi`;
  for (const file of await filesOf(folder)) {
    merge(parse(await readFile(`${folder}/${file}`, "utf8")));
  }
}

await writeFile(
  new URL("../src/shared/api/schema.d.ts", import.meta.url),
  astToString(await openapiTS(document, { defaultNonNullable: false })),
);

const { properties } = document.components.schemas.NotificationPreferences;
await writeFile(
  new URL("../src/shared/api/enums.ts", import.meta.url),
  `export const ALERT_TYPES = ${JSON.stringify(properties.alertTypes.items.enum)} as const;\n`,
);

async function filesOf(folder) {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  } catch (e) {
    if (e.code === "ENOENT") {
      return [];
    }
    throw e;
  }
}

function merge(part) {
  for (const [path, methods] of Object.entries(part.paths ?? {})) {
    document.paths[path] = { ...document.paths[path], ...methods };
  }
  for (const [kind, entries] of Object.entries(part.components ?? {})) {
    document.components[kind] = { ...document.components[kind], ...entries };
  }
}
