import type { NodeExecution } from "./api";
import type { Definition } from "./definition";

/** What a node was given in the run that is shown, if one is: the output of what leads to it, of several items the first's. */
export function sampleOf(definition: Definition, runs: readonly NodeExecution[], nodeId: string): unknown {
  const before = definition.edges.find((edge) => edge.target === nodeId)?.source;
  const output = runs.find((run) => run.nodeId === before && run.output !== undefined && run.output !== null)?.output;
  if (Array.isArray(output)) {
    return output[0];
  }
  const records = (output as { records?: unknown } | undefined)?.records;
  return Array.isArray(records) ? records[0] : output;
}
