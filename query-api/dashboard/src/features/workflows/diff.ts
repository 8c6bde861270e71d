import type { Diff } from "./api-automation";
import type { Definition } from "./definition";

export interface Line {
  kind: "added" | "removed" | "changed";
  /** The node or edge, for people. */
  what: string;
  /** What of it is different: where it stands, what was there, what is now. */
  details: { field: string; before: string | null; after: string | null }[];
}

type Json = Record<string, unknown>;

/** What changed between two that are here, as the API tells it of two versions. */
export function diffOf(before: Definition, after: Definition): Diff {
  return {
    nodes: changesOf(before.nodes, after.nodes),
    edges: changesOf(before.edges, after.edges),
    settings: { changed: details(before.settings, after.settings).length > 0, before: before.settings, after: after.settings },
  } as unknown as Diff;
}

function changesOf<T extends { id: string }>(before: readonly T[], after: readonly T[]) {
  const old = new Map(before.map((one) => [one.id, one]));
  const now = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)),
    removed: before.filter(({ id }) => !now.has(id)),
    changed: after.flatMap((one) => {
      const was = old.get(one.id);
      return was && details(was, one).length > 0 ? [{ id: one.id, before: was, after: one }] : [];
    }),
  };
}

/** What changed between two versions, as lines. Where a node lies on the canvas is left out, unless that is all. */
export function linesOf(diff: Diff): Line[] {
  const labels = new Map<string, string>();
  const nameOf = (node: Json) => String(node.label ?? node.id);
  const remember = (node: Json) => labels.set(String(node.id), nameOf(node));
  (diff.nodes.removed as Json[]).forEach(remember);
  (diff.nodes.changed as unknown as { after: Json }[]).forEach(({ after }) => remember(after));
  (diff.nodes.added as Json[]).forEach(remember);
  const name = (id: unknown) => labels.get(String(id)) ?? String(id);
  const edge = (of: Json) => `${name(of.source)} → ${name(of.target)}`;
  return [
    ...lines(diff.nodes, nameOf),
    ...lines(diff.edges, edge),
    ...(diff.settings.changed ? [{ kind: "changed" as const, what: "Workflow settings", details: details(diff.settings.before as Json, diff.settings.after as Json) }] : []),
  ];
}

function lines(changes: Diff["nodes"], name: (element: Json) => string): Line[] {
  return [
    ...(changes.added as Json[]).map((element): Line => ({ kind: "added", what: name(element), details: [] })),
    ...(changes.removed as Json[]).map((element): Line => ({ kind: "removed", what: name(element), details: [] })),
    ...(changes.changed as unknown as { before: Json; after: Json }[]).map(({ before, after }): Line => {
      const all = details(before, after);
      const told = all.filter((detail) => !detail.field.startsWith("position"));
      return { kind: "changed", what: name(after), details: told.length > 0 ? told : [{ field: "moved", before: null, after: null }] };
    }),
  ];
}

function details(before: unknown, after: unknown, path = ""): Line["details"] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      // A node's configuration is what people think of as its fields.
      details(before[key], after[key], path === "" && key === "config" ? "" : path ? `${path}.${key}` : key),
    );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ field: path, before: text(before), after: text(after) }];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
}
