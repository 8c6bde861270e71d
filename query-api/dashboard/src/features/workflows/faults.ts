import { ProblemError } from "@/shared/api/client";
import type { Definition } from "./definition";

/** Which node or edge a refused definition is wrong at: definition.nodes[3].config.model. By its id. */
export function faultsOf(error: unknown, definition: Definition): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  if (error instanceof ProblemError) {
    for (const { field, detail, remedy } of error.errors) {
      const [, list, index] = /(nodes|edges)\[(\d+)\]/.exec(field) ?? [];
      const id = index === undefined ? undefined : definition[list as "nodes" | "edges"][Number(index)]?.id;
      if (id) {
        faults.set(id, [faults.get(id), `${field.split(".").at(-1)} ${detail}. ${remedy}`].filter(Boolean).join(" "));
      }
    }
  }
  return faults;
}
