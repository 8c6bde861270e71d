import { expect, test } from "vitest";
import type { Connector } from "./api-sources";
import { kindName, missing, usable } from "./kinds";

const CONNECTORS: Connector[] = [
  { type: "csv", abilities: ["read", "create"] },
  { type: "api", abilities: ["read", "create"] },
  { type: "slack", abilities: ["create"] },
];

test("only what can be connected is offered, and what a node has already stays", () => {
  const kinds = ["csv", "api", "google_sheets", "slack"];
  expect(usable(kinds, "read", CONNECTORS, "csv")).toEqual(["csv", "api"]);
  expect(usable(kinds, "read", CONNECTORS, "google_sheets")).toEqual(["csv", "api", "google_sheets"]);
  expect(usable(kinds, "read", CONNECTORS, "crm")).toEqual(["csv", "api", "crm"]);
  expect(usable(["file", "slack", "notion"], "write", CONNECTORS, "")).toEqual(["file", "slack"]);
  expect(usable(kinds, "read", undefined, "csv")).toEqual(["csv"]);
});

test("a template tells what of it cannot be connected here, once that is known", () => {
  expect(missing(["google_sheets", "api"], CONNECTORS)).toEqual(["google_sheets"]);
  expect(missing(["google_sheets"], undefined)).toEqual([]);
});

test("kinds are called as people call them", () => {
  expect(["google_sheets", "database", "airtable", "csv"].map(kindName)).toEqual(["Google Sheets", "PostgreSQL", "Airtable", "CSV file"]);
});
