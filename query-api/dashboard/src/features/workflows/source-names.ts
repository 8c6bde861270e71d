import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useAccount } from "@/shared/session/account";
import { sourcesQuery } from "./api-sources";
import type { Definition, WorkflowNode } from "./definition";
import { flatOutput, sourceOf } from "./output";
import { isSample } from "./samples";
import { textOf } from "./typed";

/** By their ids. */
export type SourceNames = ReadonlyMap<string, string>;

const NONE: SourceNames = new Map();

/** What a node reads from or writes to, by the id of a data source; nothing if it names none, or works it out as it runs. */
export function namedSource(node: WorkflowNode): string {
  const id = node.type === "data_source" ? textOf(node.config.sourceId) : node.type === "output" ? textOf(sourceOf(flatOutput(node.config))) : "";
  return id.includes("{{") || isSample(id) ? "" : id.trim();
}

/** How people call the account's data sources; asked for only where a node names one. */
export function useSourceNames(definition: Definition): SourceNames {
  const enabled = definition.nodes.some((node) => namedSource(node) !== "");
  const { data } = useQuery({ ...sourcesQuery(useAccount()), enabled });
  return useMemo(() => (data ? new Map(data.map(({ id = "", name = "" }) => [id, name])) : NONE), [data]);
}
