import type { Definition, WorkflowNode } from "./definition";

/** What a run was started with, by each of its names. */
const TRIGGER = ["trigger", "triggerData", "variables"];

/** Names that mean something else, whatever a run was started with. */
const RESERVED = ["input", "nodes", "record", "item", "index", "accumulator", "execution", "NOW", "secrets"];

/** Of a node that begins: a name alone is what the run was started with. Others compute over records, which have names too. */
const TAKES_NAMES: readonly WorkflowNode["type"][] = ["prompt", "webhook", "output"];

const EXPRESSIONS = ["condition", "code", "iterateOver"];

/** What stands behind a value to say which part of it: `["first name"]` or `[0]`. */
const INDEX = /\[\s*(?:"[^"\\\]]+"|'[^'\\\]]+'|\d+)\s*\]/.source;

/** A reference and nothing besides: what says what to do where there is nothing needs nothing, nor does what stands for itself. */
const REFERENCE = new RegExp(String.raw`(?<!\\)\{\{\s*([A-Za-z_]\w*(?:\.\w+|${INDEX})*)\s*\}\}`, "g");

const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/.source;

/** The path of a value in an expression, without what is called on it. */
const PATH = String.raw`(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*\b(?!\s*\()|${INDEX})+`;

/** Texts first, in which nothing is a path. */
const PATHS = new RegExp(`${TEXT}|(${PATH})`, "g");

/** What an expression asks for first: `has(trigger.note)`, or `"note" in trigger`. */
const ASKED = new RegExp(String.raw`\bhas\(\s*(${PATH})\s*\)|("[^"\\.]+"|'[^'\\.]+')\s+in\s+(${PATH}|[A-Za-z_]\w*)`, "g");

/**
 * The fields that a run has to be started with, as far as the nodes' texts say: without them a node fails, or asks about nothing, after
 * those before it were paid for. What is under `input` is what the first nodes get.
 */
export function neededOf(definition: Definition): string[] {
  const targets = new Set(definition.edges.map(({ target }) => target));
  const bodies = new Set(definition.nodes.flatMap(({ config }) => (Array.isArray(config.bodyNodes) ? (config.bodyNodes as unknown[]) : [])));
  const ids = new Set(definition.nodes.map(({ id }) => id));
  const needed = new Set<string>();
  const add = (path: readonly string[], isFirst: boolean, takesNames: boolean) => {
    const [root = "", ...rest] = path.at(-1) === "length" ? path.slice(0, -1) : path;
    if (TRIGGER.includes(root)) {
      needed.add(rest.join("."));
    } else if (root === "input") {
      // How long it is can be asked of one that is empty, too.
      needed.add(isFirst && (rest.length > 0 || path.length === 1) ? ["input", ...rest].join(".") : "");
    } else if (isFirst && takesNames && !RESERVED.includes(root) && !ids.has(root) && !/^[A-Z][A-Z0-9_]+$/.test(root)) {
      needed.add([root, ...rest].join("."));
    }
  };
  for (const node of definition.nodes) {
    const isFirst = !targets.has(node.id) && !bodies.has(node.id);
    for (const [field, text] of textsOf(node.config)) {
      for (const [, reference = ""] of text.matchAll(REFERENCE)) {
        add(segmentsOf(reference), isFirst, TAKES_NAMES.includes(node.type));
      }
      if (field === "iterateOver" && text.trim() === "input") {
        add(["input"], isFirst, false);
      }
      if (EXPRESSIONS.includes(field)) {
        pathsOf(text).forEach((path) => add(path, isFirst, false));
      }
    }
  }
  definition.edges.forEach(({ condition }) => pathsOf(condition ?? "").forEach((path) => add(path, false, false)));
  needed.delete("");
  if ([...needed].some((name) => name.startsWith("input."))) {
    needed.delete("input");
  }
  return [...needed].sort();
}

/** Every text of a config, with the field that it is in. */
function textsOf(value: unknown, field = ""): [string, string][] {
  if (typeof value === "string") {
    return [[field, value]];
  }
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([name, part]) => textsOf(part, Array.isArray(value) ? field : name)) : [];
}

/** What an expression asks for first is not needed, nor is what is in it. */
function pathsOf(expression: string): string[][] {
  const asked = [...expression.matchAll(ASKED)]
    .map(([, path, name, of]) => (path === undefined ? [...segmentsOf(of ?? ""), (name ?? "").slice(1, -1)] : segmentsOf(path)))
    .filter((first) => first.length > 1);
  const isAsked = (path: readonly string[]) => asked.some((first) => first.every((part, index) => part === path[index]));
  return [...expression.matchAll(PATHS)].flatMap(([, path]) => (path === undefined ? [] : [segmentsOf(path)])).filter((path) => path.length > 1 && !isAsked(path));
}

/** As far as they are names: what is in a list, and what a dot in its name makes look like a path, is told by what it is in. */
function segmentsOf(path: string): string[] {
  const segments = [...path.matchAll(/\[\s*(?:"([^"]+)"|'([^']+)'|\d+)\s*\]|\w+/g)].map(([part, double, single]) => double ?? single ?? (part.startsWith("[") ? "0" : part));
  const end = segments.findIndex((segment) => /^\d+$/.test(segment) || segment.includes("."));
  return end < 0 ? segments : segments.slice(0, end);
}

/** Data with these fields, to be filled in. */
export function emptyData(needed: readonly string[]): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const name of needed) {
    let at = data;
    const path = name.split(".");
    path.forEach((part, index) => {
      const isLast = index === path.length - 1;
      const there = at[part];
      if (isLast) {
        at[part] ??= "";
      } else if (typeof there === "object" && there !== null) {
        at = there as Record<string, unknown>;
      } else {
        at = at[part] = {};
      }
    });
  }
  return data;
}
