import type { Reference } from "./completion";
import type { Config, Definition, WorkflowNode } from "./definition";

/** Of the sample records, by their names. */
export const SAMPLE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  customers: ["id", "name", "email", "company", "industry", "plan", "monthlySpendUsd"],
  leads: ["id", "company_name", "industry", "employee_count", "revenue", "website", "status"],
  tickets: ["id", "subject", "body", "customer", "priority"],
  topics: ["id", "topic", "target_audience", "keywords", "tone", "status"],
  contacts: ["id", "name", "email", "company_website", "enriched"],
  submissions: ["id", "username", "content", "status"],
  reviews: ["product", "review"],
  invoices: ["id", "text"],
  articles: ["title", "description", "url"],
  commits: ["sha", "commit"],
  metrics: ["time", "value"],
  products: ["sku", "name", "features"],
  customer_activity: ["id", "name", "plan", "last_seen", "logins_30d", "open_tickets"],
  answered_tickets: ["question", "answer"],
  sales: ["day", "product", "pieces", "amount"],
};

/** What was asked of a data source before, by the pages that show it; undefined if it was not. Nothing is asked for it. */
export type Asked = (key: readonly ["data-source", id: string, what: "preview" | "columns"]) => unknown;

/** The fields of the records that a data source puts out, as far as they are known without asking it. */
function columnsOf({ config }: WorkflowNode, asked: Asked): readonly string[] {
  const { map } = (config.transform ?? {}) as { map?: Config };
  if (map && Object.keys(map).length > 0) {
    return Object.keys(map);
  }
  const { columns, table } = (config.query ?? {}) as { columns?: unknown; table?: unknown };
  if (Array.isArray(columns) && columns.length > 0) {
    return columns.map(String);
  }
  const sourceId = String(config.sourceId ?? "");
  const [first, resource = typeof table === "string" ? table : ""] = sourceId.split("/");
  if (first === "sample") {
    return SAMPLE_COLUMNS[resource || "customers"] ?? [];
  }
  const records = asked(["data-source", sourceId, "preview"]);
  if (Array.isArray(records) && records.length > 0) {
    return [...new Set(records.flatMap((record) => Object.keys(record as object)))];
  }
  const known = asked(["data-source", sourceId, "columns"]);
  return Array.isArray(known) ? known.map((column) => String((column as { name?: unknown }).name ?? "")) : [];
}

const NAME = /^[A-Za-z_]\w*$/;

/** What a text of a node may refer to in the records of the data sources before it, which it runs for one by one. */
export function fieldsOfSources(definition: Definition, id: string, asked: Asked): Reference[] {
  const incoming = (target: string) => definition.edges.filter((edge) => edge.target === target);
  const before = new Set<string>();
  const open = [id];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const found = incoming(at).flatMap(({ source }) => (before.has(source) ? [] : source));
    found.forEach((source) => before.add(source));
    open.push(...found);
  }
  const direct = incoming(id);
  const given = direct.length === 1 ? direct[0]!.source : undefined;
  return definition.nodes
    .filter((node) => node.type === "data_source" && node.config.fanOut !== false && before.has(node.id))
    .flatMap((node) => {
      const columns = columnsOf(node, asked).filter((column) => NAME.test(column));
      const label = `Of ${node.label || node.id}`;
      const ofIt = NAME.test(node.id) ? columns.map((column) => ({ text: `${node.id}.${column}`, label })) : [];
      return [...(node.id === given ? columns.map((column) => ({ text: `input.${column}`, label })) : []), ...ofIt];
    });
}
