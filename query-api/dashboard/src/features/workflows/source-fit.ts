/** What a template's data source may be instead of what the template was made for. */
export const KINDS_INSTEAD = ["database", "file", "api"] as const;

export type KindInstead = (typeof KINDS_INSTEAD)[number];

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
export function kindOfSource(type: string | undefined): KindInstead | null {
  return type === "csv" || type === "json" ? "file" : type === "database" || type === "api" ? type : null;
}

/**
 * With which kinds of data source a template's parameter does not work, and why, in words for people: as the API refuses them, or as the
 * run would fail when its prompts are paid for.
 *
 * @param parameter as it stands in the definition, without its braces
 */
export function unfit(definition: OpenDefinition, parameter: string): ReadonlyMap<KindInstead, string> {
  const named = (definition.nodes ?? []).filter((node) => Object.values(node.config ?? {}).includes(`{{${parameter}}}`));
  const read = new Set(named.filter((node) => node.type === "data_source").map(({ config }) => listOf(config?.query)));
  const why = new Map<KindInstead, string>();
  for (const node of named.filter(({ type }) => type === "output")) {
    const list = listOf(node.config);
    const name = `\u201c${node.label ?? node.id ?? ""}\u201d`;
    const operation = node.config?.operation ?? "create";
    if (list !== null && (operation !== "update" || (read.size > 0 && !read.has(list)))) {
      tell(why, "file", `${name} writes to ${list}, and a file is one list`);
    }
    if (operation === "upsert") {
      tell(why, "api", `${name} adds or changes records, and an API takes only one of both`);
    } else if (operation === "update" && !node.config?.recordId) {
      tell(why, "api", `${name} finds its records by a field, and those of an API are changed by their id only`);
    } else if (list !== null && read.size > 0 && !read.has(list)) {
      tell(why, "api", `${name} writes to ${list}, and an API is one list`);
    }
  }
  return why;
}

/** The first reason is enough. */
function tell(why: Map<KindInstead, string>, kind: KindInstead, reason: string): void {
  if (!why.has(kind)) {
    why.set(kind, reason);
  }
}

/** The sheet or table that is read or written; null where there is only one. */
function listOf(config: unknown): string | null {
  const { sheet, table } = (config ?? {}) as { sheet?: unknown; table?: unknown };
  return typeof sheet === "string" ? sheet : typeof table === "string" ? table : null;
}

const NAMES: Readonly<Record<KindInstead, string>> = { database: "a table", file: "a file", api: "an API" };

/** "a table or an API": the kinds that do as well. */
export function fitInWords(why: ReadonlyMap<KindInstead, string>): string {
  const names = KINDS_INSTEAD.filter((kind) => !why.has(kind)).map((kind) => NAMES[kind]);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Why some are not offered, as sentences; empty if all are. */
export function unfitInWords(why: ReadonlyMap<KindInstead, string>): string {
  return [...why].map(([kind, reason]) => `Not ${NAMES[kind]}: ${reason}.`).join(" ");
}

/** A place in a template's definition, called by the label of its node; as it is, where it is of no node. */
export function placeInWords(definition: OpenDefinition | undefined, field: string): string {
  const [, index, within = ""] = /definition\.nodes\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
  const node = index === undefined ? undefined : definition?.nodes?.[Number(index)];
  const last = within.split(".").at(-1);
  return node ? `\u201c${node.label ?? node.id ?? ""}\u201d: its ${last || "setting"}` : field;
}
