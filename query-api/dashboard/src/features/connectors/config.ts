import type { Connector } from "./api";

export type Setting = NonNullable<Connector["config"]>[number];

/** What a field of the form is, by the kind that the connector names. */
export function controlOf(setting: Setting): "choice" | "check" | "json" | "number" | "url" | "text" {
  const kind = setting.kind ?? "text";
  if (kind.includes("|")) {
    return "choice";
  }
  switch (kind) {
    case "boolean":
      return "check";
    case "object":
    case "list":
      return "json";
    case "integer":
      return "number";
    case "url":
      return "url";
    default:
      return "text";
  }
}

/** As text, for a form. */
export function textOf(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

export type Texts = Readonly<Record<string, string>>;

/** The form's texts as the API wants them, and what is wrong with each. What is left empty is left out. */
export function configOf(settings: readonly Setting[], texts: Texts, kept: Readonly<Record<string, unknown>>): { config: Record<string, unknown>; faults: Record<string, string> } {
  const config: Record<string, unknown> = { ...kept };
  const faults: Record<string, string> = {};
  for (const setting of settings) {
    const name = setting.name ?? "";
    const text = (texts[name] ?? "").trim();
    delete config[name];
    if (text === "") {
      continue;
    }
    switch (controlOf(setting)) {
      case "check":
        config[name] = text === "true";
        break;
      case "number":
        if (/^\d+$/.test(text)) {
          config[name] = Number(text);
        } else {
          faults[name] = "This is not a whole number.";
        }
        break;
      case "json":
        try {
          config[name] = JSON.parse(text);
        } catch {
          faults[name] = "This is not JSON.";
        }
        break;
      default:
        config[name] = text;
    }
  }
  return { config, faults };
}

const COLUMNS_MAX = 8;

/** The fields of some records, in the order in which they first come. */
export function columnsOf(records: readonly Readonly<Record<string, unknown>>[]): string[] {
  const columns = new Set<string>();
  records.forEach((record) => Object.keys(record).forEach((name) => columns.add(name)));
  return [...columns].slice(0, COLUMNS_MAX);
}
