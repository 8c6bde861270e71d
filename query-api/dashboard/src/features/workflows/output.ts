import type { Config } from "./definition";

/** Fields that the form of an output has of their own, by any of their names. */
const KNOWN = ["destination", "sourceId", "databaseId", "baseId", "target", "sheet", "table", "operation", "recordId", "matching", "mapping", "config"];

/** What is set of an output may stand in an object within it; what stands beside that wins, column by column. */
export function flatOutput(config: Config): Config {
  const nested = (config.config ?? {}) as Config;
  const { config: _nested, ...flat } = config;
  const merged = (name: string) => {
    const both = { ...(nested[name] as Config | undefined), ...(flat[name] as Config | undefined) };
    return nested[name] === undefined && flat[name] === undefined ? {} : { [name]: both };
  };
  return { ...nested, ...flat, ...merged("matching"), ...merged("mapping") };
}

/** Templates know the base or the database of a source by those names too. */
export function sourceOf(config: Config): unknown {
  return config.sourceId ?? config.databaseId ?? config.baseId;
}

export function targetOf(config: Config): unknown {
  return config.target ?? config.sheet ?? config.table;
}

export function otherSettings(config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !KNOWN.includes(name)));
}
