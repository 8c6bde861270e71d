import { expect, test } from "vitest";
import { columnsOf, configOf, controlOf, textOf } from "./config";
import { kindsOf } from "./kinds";

const SETTINGS = [
  { name: "url", kind: "url", required: true, description: "" },
  { name: "port", kind: "integer", required: false, description: "" },
  { name: "headers", kind: "object", required: false, description: "" },
  { name: "method", kind: "GET|POST", required: false, description: "" },
];

test("each kind of setting has a control of its own", () => {
  expect(SETTINGS.map(controlOf)).toEqual(["url", "number", "json", "choice"]);
});

test("what is written becomes what the connector wants, and what is empty is left out", () => {
  const { config, faults } = configOf(SETTINGS, { url: " https://a.example ", port: "5432", headers: '{"A":"b"}', method: "" }, {});
  expect(config).toEqual({ url: "https://a.example", port: 5432, headers: { A: "b" } });
  expect(faults).toEqual({});
});

test("what cannot be read is told by field, and what the form does not know is kept", () => {
  const { config, faults } = configOf(SETTINGS, { port: "five", headers: "{" }, { apiKeyHeader: "X-Key", port: 1 });
  expect(config).toEqual({ apiKeyHeader: "X-Key" });
  expect(Object.keys(faults)).toEqual(["port", "headers"]);
  expect(textOf({ A: 1 })).toBe('{\n  "A": 1\n}');
});

test("a preview shows the fields of all records, once each", () => {
  expect(columnsOf([{ id: 1 }, { id: 2, name: "a" }])).toEqual(["id", "name"]);
});

test("a chat's credential is its address, and what wants none has none", () => {
  const kinds = kindsOf([
    { type: "slack", name: "Slack", authTypes: ["api_key"] },
    { type: "sample", name: "Sample records", authTypes: ["none"] },
    { type: "api", name: "API", authTypes: ["none", "bearer", "basic"] },
  ]);
  expect(kinds.find((kind) => kind.kind === "slack")?.ways.map((way) => way.id)).toEqual(["url"]);
  expect(kinds.some((kind) => kind.kind === "sample")).toBe(false);
  expect(kinds.find((kind) => kind.kind === "api")?.ways.map((way) => way.id)).toEqual(["bearer", "basic"]);
});
