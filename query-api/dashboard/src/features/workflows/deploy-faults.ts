import type { FieldProblem } from "@/shared/api/client";
import { capital } from "@/shared/api/field-words";
import { fieldOf, type Parameter } from "./api-templates";
import { placeInWords, type OpenDefinition } from "./source-fit";
import { refusalOf } from "./value-fit";

/** What is wrong with what is filled in, as far as that can be told before it is sent; by the parameter's name. */
export function faultsInPlace(parameters: readonly Parameter[], values: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const faults = new Map<string, string>();
  for (const parameter of parameters) {
    const value = values[parameter.name]?.trim() ?? "";
    if (value === "") {
      // A secret may be kept later, under the parameter's own name.
      if (parameter.defaultValue === undefined && parameter.kind !== "secret") {
        faults.set(parameter.name, `Is missing. Give it: ${parameter.description}`);
      }
      continue;
    }
    const refusal = refusalOf(parameter, value);
    if (refusal) {
      faults.set(parameter.name, sentence(refusal));
    }
  }
  return faults;
}

export interface ToldAtFields {
  /** By the parameter's name. */
  atFields: ReadonlyMap<string, string>;
  /** What is of no parameter. */
  others: readonly string[];
}

/** What the API has refused, each at the field that it comes from: what a node cannot do with what it was given, too. */
export function toldAtFields(errors: readonly FieldProblem[], parameters: readonly Parameter[], definition: OpenDefinition | undefined): ToldAtFields {
  const atFields = new Map<string, string>();
  const others: string[] = [];
  for (const { field, detail, remedy } of errors) {
    const own = parameters.find((parameter) => fieldOf(parameter) === field);
    const parameter = own ?? parameterAt(field, parameters, definition);
    const text = own ? sentence({ detail, remedy }) : `${placeInWords(definition, field)} ${detail}. ${remedy}`;
    if (parameter) {
      atFields.set(parameter.name, [atFields.get(parameter.name), text].filter(Boolean).join(" "));
    } else {
      others.push(text);
    }
  }
  return { atFields, others };
}

/** The one that a place in the definition begins with; or else the data source of its node. */
function parameterAt(field: string, parameters: readonly Parameter[], definition: OpenDefinition | undefined): Parameter | undefined {
  const [, index, within = ""] = /definition\.nodes\[(\d+)\]\.config\.?(.*)$/.exec(field) ?? [];
  const node = index === undefined ? undefined : definition?.nodes?.[Number(index)];
  const text = within.split(".").reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], node?.config);
  const [, name] = (typeof text === "string" && /^\{\{(\w+)\}\}/.exec(text)) || [];
  const isOfSource = node?.type === "data_source" || node?.type === "output";
  return (
    parameters.find((parameter) => parameter.name === name) ??
    parameters.find((parameter) => isOfSource && parameter.kind === "data_source" && Object.values(node.config ?? {}).includes(`{{${parameter.name}}}`))
  );
}

function sentence({ detail, remedy }: { detail: string; remedy: string }): string {
  return `${capital(detail)}. ${remedy}`;
}
