import { expect, test } from "vitest";
import { detailOf } from "./canvas";
import type { WorkflowNode } from "./definition";
import { namedSource } from "./source-names";

function node(type: WorkflowNode["type"], config: WorkflowNode["config"]): WorkflowNode {
  return { id: "n", type, label: "N", config, position: { x: 0, y: 0 } };
}

const NAMES = new Map([["ds_1", "Topics.csv"]]);

test("a node is told by the data source that it has, not by the kind that its template was made for", () => {
  expect(detailOf(node("data_source", { sourceId: "ds_1", sourceType: "notion" }), NAMES)).toBe("Topics.csv");
  expect(detailOf(node("output", { destination: "notion", databaseId: "ds_1" }), NAMES)).toBe("Topics.csv");
  expect(detailOf(node("output", { destination: "airtable", sourceId: "ds_1" }), NAMES)).toBe("Topics.csv");
});

test("what is not known by a name is told by its kind, and a sample as one", () => {
  expect(detailOf(node("data_source", { sourceId: "ds_2", sourceType: "csv" }), NAMES)).toBe("CSV file");
  expect(detailOf(node("output", { destination: "email" }), NAMES)).toBe("E-mail");
  expect(detailOf(node("data_source", { sourceId: "sample", sourceType: "airtable" }), NAMES)).toBe("Sample customers");
  expect(detailOf(node("data_source", { sourceId: "sample/customer_activity", sourceType: "database" }), NAMES)).toBe("Sample customer activity");
});

test("no name is asked for where none is named", () => {
  const sources = ["sample/leads", "{{trigger.source}}", ""].map((sourceId) => namedSource(node("data_source", { sourceId })));
  expect([...sources, namedSource(node("prompt", { sourceId: "ds_1" })), namedSource(node("output", { destination: "slack" }))]).toEqual(["", "", "", "", ""]);
});
