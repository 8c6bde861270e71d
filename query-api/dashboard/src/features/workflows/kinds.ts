import { words } from "@/shared/format/numbers";
import type { Connector } from "./api-sources";

/** Of what is read from and written to, for people; what is not here is called by its own name. */
const NAMES: Readonly<Record<string, string>> = {
  api: "HTTP API",
  csv: "CSV file",
  json: "JSON",
  database: "PostgreSQL",
  google_sheets: "Google Sheets",
  crm: "CRM",
  email: "E-mail",
};

export function kindName(type: string): string {
  return NAMES[type] ?? words(type);
}

/** What an output calls a file is what is read as one of those. */
const FILES = ["csv", "json"];

function isServed(type: string, abilities: readonly string[], connectors: readonly Connector[]): boolean {
  const types = type === "file" ? FILES : [type];
  return connectors.some((one) => types.includes(one.type ?? "") && one.abilities?.some((ability) => abilities.includes(ability)));
}

const READS = ["read"];
const WRITES = ["create", "update", "upsert"];

/**
 * Of kinds, those that can be used here, and the one that is used already.
 *
 * @param connectors undefined while they are not known
 */
export function usable(kinds: readonly string[], how: "read" | "write", connectors: readonly Connector[] | undefined, used: string): string[] {
  const abilities = how === "read" ? READS : WRITES;
  const offered = connectors ? kinds.filter((kind) => kind === used || isServed(kind, abilities, connectors)) : [used];
  return offered.includes(used) || used === "" ? offered : [...offered, used];
}

/** Of what a template wants, the kinds that cannot be connected here; none while that is not known. */
export function missing(kinds: readonly string[], connectors: readonly Connector[] | undefined): string[] {
  return connectors ? kinds.filter((kind) => !connectors.some((one) => one.type === kind)) : [];
}
