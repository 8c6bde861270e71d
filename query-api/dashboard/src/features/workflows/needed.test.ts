import { expect, test } from "vitest";
import { EMPTY, type Config, type Definition, type NodeType, type WorkflowEdge } from "./definition";
import { emptyData, neededOf } from "./needed";

function drawn(nodes: Record<string, [NodeType, Config]>, ...edges: [string, string, string?][]): Definition {
  return {
    ...EMPTY,
    nodes: Object.entries(nodes).map(([id, [type, config]]) => ({ id, type, label: id, config, position: { x: 0, y: 0 } })),
    edges: edges.map(([source, target, condition]): WorkflowEdge => ({ id: `${source}-${target}`, source, target, ...(condition ? { condition } : {}) })),
  };
}

const ask = (promptTemplate: string): [NodeType, Config] => ["prompt", { promptTemplate }];

test("what a run is started with is needed wherever a node names it, by each of its names", () => {
  const definition = drawn(
    { ask: ask("{{ variables.name }} at {{trigger.company.size}}"), tell: ["webhook", { url: "https://example.com", headers: { "X-Id": "{{triggerData.id}}" }, body: "{{ask.text}}" }] },
    ["ask", "tell"],
  );
  expect(neededOf(definition)).toEqual(["company.size", "id", "name"]);
});

test("of the first nodes the input is what a run is started with, of the others it is not", () => {
  const definition = drawn({ ask: ask("{{input.text}} {{language}} {{SLACK_WEBHOOK_URL}} {{NOW}}"), tell: ask("{{input.text}} {{tone}} {{ask.text}}") }, ["ask", "tell"]);
  expect(neededOf(definition)).toEqual(["input.text", "language"]);
});

test("a name alone in a loop, and one that a source's records have, is none that a run is started with", () => {
  const definition = drawn({
    list: ["data_source", { sourceId: "sample", transform: { map: { name: "{{name}}" } } }],
    each: ["loop", { iterateOver: "trigger.topics", itemVariable: "topic", bodyNodes: ["write"] }],
    write: ask("{{topic.title}} {{item}} {{record.name}}"),
  });
  expect(neededOf(definition)).toEqual(["topics"]);
});

test("in expressions, and on lines, too, but not what is asked for first, called, or stands in a text", () => {
  const definition = drawn(
    {
      ask: ["condition", { condition: "trigger.age >= 18 && has(trigger.note) && trigger.note.size() > 0" }],
      code: ["transform", { transformType: "custom", code: "input.parts.map(p, p.name) + ['trigger.quoted'] + [nodes.trigger.x]" }],
      tell: ask("Hi"),
    },
    ["ask", "tell", "variables.region == 'eu'"],
  );
  expect(neededOf(definition)).toEqual(["age", "input.parts", "region"]);
});

test("a workflow that needs nothing, or takes whatever comes, needs no field", () => {
  expect(neededOf(drawn({ ask: ask("{{variables}} {{trigger}} {{ input.name ?? 'you' }} \\{{input}} \\{{trigger.name}}") }))).toEqual([]);
});

test("a first node that takes its input as a whole needs one, and no other does", () => {
  expect(neededOf(drawn({ ask: ask("Sum up: {{ input }}"), tell: ask("{{input}}") }, ["ask", "tell"]))).toEqual(["input"]);
  expect(neededOf(drawn({ read: ["data_source", { sourceId: "sample" }], ask: ask("{{input}}") }, ["read", "ask"]))).toEqual([]);
  expect(neededOf(drawn({ each: ["loop", { iterateOver: "input", bodyNodes: ["write"] }], write: ask("{{input}}") }))).toEqual(["input"]);
});

test("where a part of the input is named, the whole is told by it", () => {
  expect(neededOf(drawn({ ask: ask("{{input}} {{input.text}}") }))).toEqual(["input.text"]);
});

test("how long the input is can be asked without one", () => {
  expect(neededOf(drawn({ ask: ask("{{input.length}}"), check: ["condition", { condition: "input.length > 0 && size(input) > 0" }] }))).toEqual([]);
});

test("a field may stand in brackets, in texts and in expressions", () => {
  const definition = drawn(
    {
      ask: ask(`{{trigger["name"]}} {{ triggerData['first name'].short }} {{variables.items[0].sku}} {{input["text"]}}`),
      check: ["condition", { condition: `trigger["age"] > 17 && trigger.person["city"].startsWith('trigger["quoted"]') && variables['tags'][1] == "a"` }],
      other: ask(`{{nodes["trigger"].x}} {{record["trigger"]}}`),
    },
    ["ask", "check"],
    ["check", "other"],
  );
  expect(neededOf(definition)).toEqual(["age", "first name.short", "input.text", "items", "name", "person.city", "tags"]);
});

test("a name with a dot in it is none that can be filled in, and is told by what it is in", () => {
  expect(neededOf(drawn({ ask: ask(`{{trigger["a.b"]}} {{trigger.person["c.d"]}}`) }))).toEqual(["person"]);
});

test("what is asked for first is not needed, nor is what is in it", () => {
  const condition = `"note" in trigger && trigger["note"] != "" && has(trigger.person) && trigger.person.name == "Ada" && ('size' in trigger.box ? trigger.box.size > 1 : true)`;
  expect(neededOf(drawn({ check: ["condition", { condition }] }))).toEqual(["box"]);
});

test("the data to fill in has each field at its place", () => {
  expect(emptyData(["company", "company.size", "input.text", "name"])).toEqual({ company: { size: "" }, input: { text: "" }, name: "" });
});
