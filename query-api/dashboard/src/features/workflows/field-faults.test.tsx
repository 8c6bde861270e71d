import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { EMPTY, type Config, type Definition, type NodeType } from "./definition";
import type { ValueFault } from "./faults";
import { NodeForm } from "./node-form";

vi.mock("@/shared/session/account", async (original) => ({ ...(await original<object>()), useAccount: () => ({ key: "me", params: { userId: "eve" } }) }));

beforeEach(() => void vi.stubGlobal("fetch", () => new Promise(() => undefined)));

afterEach(() => vi.unstubAllGlobals());

/** The form of a node with one value that is wrong. */
function show(type: NodeType, config: Config, path: string, more: object = {}) {
  const node = { id: "one", type, label: "One", config, position: { x: 0, y: 0 }, ...more };
  const other = { ...node, id: "other", label: "Other", type: "delay" as const };
  const definition: Definition = { ...EMPTY, nodes: [node, other] };
  const wrong: ValueFault[] = [{ path, text: "Is wrong. Mend it.", sentence: "value is wrong. Mend it." }];
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HintProvider>
        <NodeForm node={node} definition={definition} fault={{ severity: "error", text: "" }} wrong={wrong} sample={undefined} readOnly={false} onChange={() => undefined} onEdit={() => undefined} onDelete={() => undefined} />
      </HintProvider>
    </QueryClientProvider>,
  );
}

const AT_FIELDS: [type: NodeType, path: string, label: string, config?: Config, more?: object][] = [
  ["data_source", "config.sourceId", "Source"],
  ["data_source", "config.query.table", "Table", { sourceType: "database" }],
  ["data_source", "config.query.limit", "Records, at most"],
  ["data_source", "config.transform.filter", "Keep records for which"],
  ["data_source", "config.query.where[0].field", "Records where, 1: field", { query: { where: [{ field: "" }] } }],
  ["prompt", "config.promptTemplate", "Prompt"],
  ["prompt", "config.model", "Model"],
  ["prompt", "config.temperature", "Temperature"],
  ["prompt", "config.maxTokens", "Output tokens"],
  ["prompt", "config.cacheSeconds", "An answer is good for, in seconds"],
  ["prompt", "timeout", "Seconds each", {}, { timeout: 0 }],
  ["prompt", "retryPolicy.maxAttempts", "Attempts", {}, { retryPolicy: { maxAttempts: 99 } }],
  ["condition", "config.condition", "The condition"],
  ["transform", "config.code", "Expression"],
  ["transform", "config.mapping.name", "Fields of the result: Template 1", { mapping: { name: "{{" } }],
  ["loop", "config.iterateOver", "List"],
  ["loop", "config.itemVariable", "An item is called"],
  ["loop", "config.concurrency", "At once"],
  ["output", "config.sheet", "Table or sheet"],
  ["output", "config.databaseId", "Data source"],
  ["output", "config.recordId", "Record", { operation: "update" }],
  ["output", "config.channel", "More for the destination: Template 1", { channel: "{{" }],
  ["webhook", "config.url", "Address"],
  ["webhook", "config.headers.X-Key", "Headers: Template 1", { headers: { "X-Key": "{{" } }],
  ["delay", "config.delayMs", "Milliseconds"],
];

test.each(AT_FIELDS)("of a %s what is wrong with %s is told at the field %s, and not above the form", (type, path, label, config = {}, more = {}) => {
  show(type, config, path, more);
  const [field, ...others] = [...document.querySelectorAll('[aria-invalid="true"]')];
  expect(field).toBe(screen.getByLabelText(label, { selector: "input, textarea, select" }));
  expect(others).toEqual([]);
  expect(screen.getAllByText("Is wrong. Mend it.")).toHaveLength(1);
  expect(screen.queryByText("value is wrong. Mend it.")).toBeNull();
});

const OF_GROUPS: [type: NodeType, path: string, label: string][] = [
  ["loop", "config.bodyNodes", "Runs for each item"],
  ["loop", "config.bodyNodes[0]", "Runs for each item"],
  ["webhook", "config.headers", "Headers"],
];

test.each(OF_GROUPS)("of a %s what is wrong with %s is told in the group %s", (type, path, label) => {
  show(type, {}, path);
  const group = screen.getByRole("group", { name: label });
  expect(document.getElementById(group.getAttribute("aria-describedby")!)!.textContent).toBe("Is wrong. Mend it.");
  expect(screen.queryByText("value is wrong. Mend it.")).toBeNull();
});

test("behind sample records their fields are offered while a text is written", () => {
  const source = { id: "src", type: "data_source" as const, label: "Source", config: { sourceId: "sample" }, position: { x: 0, y: 0 } };
  const node = { ...source, id: "ask", type: "prompt" as const, label: "Ask", config: { promptTemplate: "" } };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HintProvider>
        <NodeForm node={node} definition={{ ...EMPTY, nodes: [source, node], edges: [{ id: "e", source: "src", target: "ask" }] }} fault={null} wrong={[]} sample={undefined} readOnly={false} onChange={() => undefined} onEdit={() => undefined} onDelete={() => undefined} />
      </HintProvider>
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByRole("textbox", { name: "Prompt" }), { target: { value: "{{input.em", selectionStart: 10, selectionEnd: 10 } });
  expect(screen.getByRole("option", { name: /input\.email/ }).textContent).toContain("Of Source");
});

test("what has no field of its own stays in the note above the form", () => {
  show("condition", {}, "config.trueBranch");
  expect(screen.getByText("value is wrong. Mend it.")).toBeTruthy();
  expect(document.querySelector("[aria-invalid]")).toBeNull();
});
