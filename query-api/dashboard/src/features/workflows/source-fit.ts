/** What a template's data source may be instead of what the template was made for. */
export const KINDS_INSTEAD = ["database", "file", "api"] as const;

export type KindInstead = (typeof KINDS_INSTEAD)[number];

/** What a template's data source may be at all: sample records come with the product, and are only read. */
export const SOURCE_KINDS = [...KINDS_INSTEAD, "sample"] as const;

export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The list where none is named. */
const UNNAMED = "";

interface TemplateNode {
  type?: string;
  label?: string;
  id?: string;
  config?: Readonly<Record<string, unknown>>;
}

/** Of a template's definition as it came, with its parameters still open. */
export interface OpenDefinition {
  nodes?: readonly TemplateNode[];
}

/** What a data source of a type is to a template: CSV and JSON are files; of others nothing is known. */
export function kindOfSource(type: string | undefined): SourceKind | null {
  return type === "csv" || type === "json" ? "file" : type === "database" || type === "api" || type === "sample" ? type : null;
}

/**
 * With which kinds of data source a template's parameter does not work, and why, in words for people: by the rules that the API goes by
 * when a template is deployed.
 *
 * @param parameter as it stands in the definition, without its braces
 */
export function unfit(definition: OpenDefinition, parameter: string): ReadonlyMap<SourceKind, string> {
  const named = (definition.nodes ?? []).filter((node) => Object.values(node.config ?? {}).includes(`{{${parameter}}}`));
  const sources = named.filter((node) => node.type === "data_source");
  const read = new Set(sources.flatMap(({ config }) => listsOf(config?.query)));
  const why = new Map<SourceKind, string>();
  for (const node of sources) {
    const query = (node.config?.query ?? {}) as { sql?: unknown };
    if (listsOf(query).includes(UNNAMED) && isBlank(query.sql)) {
      tell(why, "database", `${called(node)} names no table`);
    }
  }
  for (const node of named.filter(({ type }) => type === "output")) {
    tell(why, "sample", `${called(node)} writes, and sample records are only read`);
    const list = listOf(node.config);
    const operation = node.config?.operation ?? "create";
    // What is changed may be what is read without a name.
    const others = [...read].filter((one) => operation !== "update" || one !== UNNAMED);
    const isOther = others.length > 0 && !others.includes(list);
    if (list === UNNAMED) {
      tell(why, "database", `${called(node)} names no table`);
    } else if (operation !== "update" || isOther) {
      tell(why, "file", `${called(node)} writes to ${list}, and a file is one list`);
    }
    if (operation === "upsert") {
      tell(why, "api", `${called(node)} adds or changes records, and an API takes only one of both`);
    } else if (operation === "update" && isBlank(node.config?.recordId)) {
      tell(why, "api", `${called(node)} finds its records by a field, and those of an API are changed by their id only`);
    } else if (list !== UNNAMED && isOther) {
      tell(why, "api", `${called(node)} writes to ${list}, and an API is one list`);
    }
  }
  return why;
}

function called(node: TemplateNode): string {
  return `\u201c${node.label ?? node.id ?? ""}\u201d`;
}

/** The first reason is enough. */
function tell(why: Map<SourceKind, string>, kind: SourceKind, reason: string): void {
  if (!why.has(kind)) {
    why.set(kind, reason);
  }
}

function isBlank(value: unknown): boolean {
  return typeof value !== "string" || value.trim() === "";
}

/** The sheets or tables that a query reads; at least one. */
function listsOf(query: unknown): string[] {
  const { sheet, table } = (query ?? {}) as { sheet?: unknown; table?: unknown };
  const lists = [sheet, table].filter((list): list is string => !isBlank(list));
  return lists.length === 0 ? [UNNAMED] : lists;
}

/** The sheet, table or the like that an output writes to. */
function listOf(config: unknown): string {
  const { target, sheet, table } = (config ?? {}) as { target?: unknown; sheet?: unknown; table?: unknown };
  return [target, sheet, table].find((list): list is string => !isBlank(list)) ?? UNNAMED;
}

const NAMES: Readonly<Record<KindInstead, string>> = { database: "a table", file: "a file", api: "an API" };

/** "a table or an API": the kinds that do as well. */
export function fitInWords(why: ReadonlyMap<SourceKind, string>): string {
  const names = KINDS_INSTEAD.filter((kind) => !why.has(kind)).map((kind) => NAMES[kind]);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Why some of what can be connected is not offered, as sentences; empty if all is. */
export function unfitInWords(why: ReadonlyMap<SourceKind, string>): string {
  return [...why].flatMap(([kind, reason]) => (kind === "sample" ? [] : `Not ${NAMES[kind]}: ${reason}.`)).join(" ");
}

/** A place in a template's definition, called by the label of its node; as it is, where it is of no node. */
export function placeInWords(definition: OpenDefinition | undefined, field: string): string {
  const [, index, within = ""] = /definition\.nodes\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
  const node = index === undefined ? undefined : definition?.nodes?.[Number(index)];
  const last = within.split(".").at(-1);
  return node ? `\u201c${node.label ?? node.id ?? ""}\u201d: its ${last || "setting"}` : field;
}
