import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addNode, changeNode, connect, EMPTY, type Config, type Definition } from "./definition";
import { fieldsOfSources, SAMPLE_COLUMNS, type Asked } from "./source-columns";

const SAMPLES = "../../workflow-runner/src/main/resources/com/promptmanage/runner/connector/samples.json";

const NEVER: Asked = () => undefined;

/** A prompt behind a data source, and a delay behind that. */
function behind(config: Config): Definition {
  let definition = addNode(addNode(addNode(EMPTY, "data_source").definition, "prompt").definition, "delay").definition;
  definition = changeNode(definition, "data_source", { label: "Customers", config });
  return connect(connect(definition, "data_source", "prompt"), "prompt", "delay");
}

const texts = (definition: Definition, id = "prompt", asked = NEVER) => fieldsOfSources(definition, id, asked).map(({ text }) => text);

test("the columns of the samples are those of their records", () => {
  const samples = JSON.parse(readFileSync(SAMPLES, "utf8")) as Record<string, object[]>;
  const columns = Object.fromEntries(Object.entries(samples).map(([name, records]) => [name, [...new Set(records.flatMap((record) => Object.keys(record)))]]));
  expect(SAMPLE_COLUMNS).toEqual(columns);
});

test("behind sample records their fields are offered, as the input's and as the source's, and further on as the source's", () => {
  const definition = behind({ sourceId: "sample/contacts" });
  expect(texts(definition)).toEqual([
    ...["id", "name", "email", "company_website", "enriched"].map((name) => `input.${name}`),
    ...["id", "name", "email", "company_website", "enriched"].map((name) => `data_source.${name}`),
  ]);
  expect(texts(definition, "delay")).toContain("data_source.email");
  expect(texts(definition, "delay")).not.toContain("input.email");
  expect(texts(definition, "data_source")).toEqual([]);
  expect(texts(behind({ sourceId: "sample" }))).toContain("input.monthlySpendUsd");
});

test("of a real source those are offered that its preview has shown, and of what is not known none", () => {
  const keys: unknown[] = [];
  const asked: Asked = (key) => {
    keys.push(key.join("/"));
    return key[2] === "preview" ? [{ email: "a" }, { email: "b", plan: "team", "not one": 1 }] : undefined;
  };
  expect(texts(behind({ sourceId: "ds_1" }), "prompt", asked)).toEqual(["input.email", "input.plan", "data_source.email", "data_source.plan"]);
  expect(keys).toEqual(["data-source/ds_1/preview"]);
  expect(texts(behind({ sourceId: "ds_1" }), "prompt", (key) => (key[2] === "columns" ? [{ name: "total" }] : undefined))).toContain("input.total");
  expect(texts(behind({ sourceId: "ds_1" }))).toEqual([]);
});

test("what a source makes of its records goes before what they have, and a whole list has no fields", () => {
  expect(texts(behind({ sourceId: "sample", transform: { map: { who: "name" } } }))).toEqual(["input.who", "data_source.who"]);
  expect(texts(behind({ sourceId: "sample", query: { columns: ["email"] } }))).toEqual(["input.email", "data_source.email"]);
  expect(texts(behind({ sourceId: "sample", fanOut: false }))).toEqual([]);
});
