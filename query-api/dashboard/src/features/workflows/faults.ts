import { ProblemError, type FieldProblem, type Schemas } from "@/shared/api/client";
import { capital, fieldInWords, spelledOut } from "@/shared/api/field-words";
import { formatCount } from "@/shared/format/numbers";
import type { FieldFault } from "@/shared/ui/field-faults";
import type { Config, Definition } from "./definition";
import { flatOutput } from "./output";
import { SETTING_LABELS } from "./setting-labels";

export type Warning = Schemas["DefinitionFault"];

/** What is said at a node or an edge: with an error nothing was saved; with a warning it was, and can run. */
export interface PlaceFault {
  severity: Warning["severity"];
  text: string;
}

/** By the id of the node or the edge. */
export type Faults = ReadonlyMap<string, PlaceFault>;

/** The node or edge that a warning is of; none for what is of the whole workflow. */
export function placeOf({ nodeId, edgeId }: Warning): string | undefined {
  return nodeId ?? edgeId;
}

/** What is wrong with one value of a node, an edge or the settings. */
export interface ValueFault extends FieldFault {
  /** Where it does not stand at a field: with what the value is called. */
  sentence: string;
}

/** A warning in a sentence that stands beside the name of its place. */
export function sentenceOf({ field, detail, remedy }: FieldProblem): string {
  const name = field.split(".").at(-1) ?? "";
  return `${/^((nodes|edges)\[\d+\])?$/.test(name) ? "It" : spelledOut(name.replace(/\[\d+\]$/, ""))} ${detail}. ${remedy}`;
}

/** What a refused definition is wrong in. */
interface Refusal {
  /** Of the node or edge; null of what is of the whole. */
  id: string | null;
  /** Within that. */
  path: string;
  detail: string;
  remedy: string;
}

const WITHIN_DEFINITION = /^definition(?:\.|$)/;

/**
 * @param error names a place by its number: definition.nodes[3].config.model
 * @param sent what was refused, whatever has become of it on the canvas since
 */
function refusalsOf(error: unknown, sent: Definition | undefined): Refusal[] {
  if (!(error instanceof ProblemError) || !sent) {
    return [];
  }
  return error.errors.map(({ field, detail, remedy }) => {
    const [whole = "", list, index] = /^definition\.(nodes|edges)\[(\d+)\]\.?/.exec(field) ?? [];
    const id = index === undefined ? undefined : sent[list as "nodes" | "edges"][Number(index)]?.id;
    // Which one it is of is plain from where it is told.
    const plain = id === undefined ? detail : detail.replace(`(${list === "nodes" ? "node" : "edge"} ${id}) `, "");
    return { id: id ?? null, path: id === undefined ? field.replace(WITHIN_DEFINITION, "") : field.slice(whole.length), detail: plain, remedy };
  });
}

function faultOf({ path, detail, remedy }: Refusal): ValueFault {
  return { path, text: `${capital(detail)}. ${remedy}`, sentence: sentenceOf({ field: path, detail, remedy }) };
}

/** Of one value that is written in several ways, each. */
const SAME_VALUE = [
  ["sourceId", "databaseId", "baseId"],
  ["table", "sheet", "target"],
];

function valueAt(thing: object, path: string): unknown {
  const { type, config } = thing as { type?: string; config?: Config };
  const from = type === "output" ? { ...thing, config: flatOutput(config ?? {}) } : thing;
  const [first = "", ...rest] = path.split(/[.[\]]+/).filter((part) => part !== "");
  const others = first === "config" ? SAME_VALUE.find((names) => names.includes(rest[0] ?? "")) : undefined;
  const walk = (names: string[]) => names.reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], from);
  return others ? others.map((name) => walk([first, name])) : walk([first, ...rest]);
}

/** Of what has been changed since it was sent nobody knows whether it is still wrong. */
function isAsSent({ id, path }: Refusal, sent: Definition, now: Definition): boolean {
  const of = (definition: Definition): object | undefined =>
    id === null ? definition : [...definition.nodes, ...definition.edges].find((one) => one.id === id);
  const before = of(sent);
  const after = of(now);
  return path === "" || !before || !after || JSON.stringify(valueAt(before, path)) === JSON.stringify(valueAt(after, path));
}

/** What is to be mended at the fields of nodes and edges, by their ids, and of the settings. */
export interface ValueFaults {
  places: ReadonlyMap<string, readonly ValueFault[]>;
  settings: readonly ValueFault[];
}

export const NO_VALUE_FAULTS: ValueFaults = { places: new Map(), settings: [] };

const SETTINGS = "settings.";

/** @param now what has become of it since it was sent */
export function valueFaultsOf(error: unknown, sent: Definition | undefined, now: Definition): ValueFaults {
  const places = new Map<string, ValueFault[]>();
  const settings: ValueFault[] = [];
  for (const refusal of refusalsOf(error, sent).filter((one) => isAsSent(one, sent!, now))) {
    if (refusal.id !== null) {
      places.set(refusal.id, [...(places.get(refusal.id) ?? []), faultOf(refusal)]);
    } else if (refusal.path.startsWith(SETTINGS)) {
      settings.push(faultOf({ ...refusal, path: refusal.path.slice(SETTINGS.length) }));
    }
  }
  return { places, settings };
}

/** Why a definition was refused, for people. */
export interface Refused {
  text: string;
  /** The node or edge to begin with; null if it is about none. */
  first: string | null;
  /** All of it, each with its node or edge. */
  all: readonly { id: string | null; sentence: string }[];
}

/** How many are named. */
const NAMED = 4;

/** How much of what is of no node is told in one message. */
const TOLD = 2;

function named(names: readonly string[]): string {
  return `${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${formatCount(names.length - NAMED)} more` : ""}`;
}

function toMend(names: readonly string[], one: string, several: string): string[] {
  return names.length === 0 ? [] : [`${names.length === 1 ? `1 ${one} has` : `${formatCount(names.length)} ${several} have`} something to mend: ${named(names)}.`];
}

function ofNoPlace({ path, detail, remedy }: Refusal): string {
  const setting = path.startsWith(SETTINGS) ? SETTING_LABELS[path.slice(SETTINGS.length)] : undefined;
  const last = path.split(".").at(-1) ?? "";
  const called = setting !== undefined ? `“${setting}”` : last === "" ? "The workflow" : fieldInWords(last);
  return `${called} ${detail}. ${remedy}`;
}

/** Null if it was not refused for what is in it. */
export function refusedOf(error: unknown, sent: Definition | undefined): Refused | null {
  const refusals = refusalsOf(error, sent);
  if (refusals.length === 0 || !sent) {
    return null;
  }
  const faulty = new Set(refusals.map(({ id }) => id));
  const nodes = sent.nodes.filter(({ id }) => faulty.has(id));
  const edges = sent.edges.filter(({ id }) => faulty.has(id));
  const nameOf = ({ id }: { id: string }) => nameOfPlace(sent, id) ?? id;
  const others = refusals.filter(({ id }) => id === null);
  return {
    text: [
      ...toMend(nodes.map(nameOf), "node", "nodes"),
      ...toMend(edges.map(nameOf), "line", "lines"),
      ...others.slice(0, TOLD).map(ofNoPlace),
      ...(others.length > TOLD ? [`There is more like this: ${formatCount(others.length - TOLD)}.`] : []),
    ].join(" "),
    first: (nodes[0] ?? edges[0])?.id ?? null,
    all: refusals.map((one) => ({ id: one.id, sentence: one.id === null ? ofNoPlace(one) : faultOf(one).sentence })),
  };
}

/** What a node or an edge is called, for people; undefined of what is not there. */
export function nameOfPlace({ nodes, edges }: Definition, id: string): string | undefined {
  const labelOf = (nodeId: string) => {
    const node = nodes.find((one) => one.id === nodeId);
    return node && (node.label || node.id);
  };
  const edge = edges.find((one) => one.id === id);
  return labelOf(id) ?? (edge && `${labelOf(edge.source)} → ${labelOf(edge.target)}`);
}

/**
 * Where a refused definition is wrong, and where a saved one is hardly as it is meant.
 *
 * @param error why the newest one was refused, which names a place by its number: definition.nodes[3].config.model
 * @param sent that one, whatever has become of it on the canvas since
 * @param warnings of the one that was saved
 */
export function faultsOf(error: unknown, sent: Definition | undefined, warnings: readonly Warning[]): Faults {
  const faults = new Map<string, PlaceFault>();
  const add = (id: string, severity: PlaceFault["severity"], text: string) => {
    const before = faults.get(id);
    // What keeps it from being saved is told alone.
    faults.set(id, { severity, text: before?.severity === severity ? `${before.text} ${text}` : text });
  };
  for (const warning of warnings) {
    const id = placeOf(warning);
    if (id !== undefined) {
      add(id, "warning", sentenceOf(warning));
    }
  }
  for (const refusal of refusalsOf(error, sent)) {
    if (refusal.id !== null) {
      add(refusal.id, "error", faultOf(refusal).sentence);
    }
  }
  return faults;
}

/** What is told when something is kept, and with which tone: that there are warnings is no reason not to keep it. */
export function keptWith(text: string, { length: count }: readonly Warning[]): [text: string, tone: "good" | "warning"] {
  return count === 0
    ? [text, "good"]
    : [`${text} ${count === 1 ? "One thing in it is" : `${formatCount(count)} things in it are`} perhaps not as you mean.`, "warning"];
}
