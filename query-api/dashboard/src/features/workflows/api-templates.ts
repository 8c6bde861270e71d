import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { keep } from "./api";
import { readExact } from "./exact";

export type Template = Schemas["WorkflowTemplate"];
export type Parameter = Schemas["TemplateParameter"];
export type Customizations = Schemas["Customizations"];

export const templatesQuery = queryOptions({
  queryKey: ["workflow-templates"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/workflow-templates", { signal }))).templates,
  staleTime: Infinity,
});

/** With its definition, which the list leaves out. */
export function templateQuery(templateId: string, enabled: boolean) {
  return queryOptions({
    queryKey: ["workflow-templates", templateId],
    queryFn: async ({ signal }) => (await answer(api.GET("/api/workflow-templates/{templateId}", { params: { path: { templateId } }, signal }))).template,
    staleTime: Infinity,
    enabled,
  });
}

/** A template of the gallery, or one that came as a file, with everything that the file says. */
export type Source = { from: "gallery"; template: Template } | { from: "file"; template: Template };

export function useDeploy(account: Account, { from, template }: Source) {
  const queryClient = useQueryClient();
  const owner = "teamId" in account.params ? { teamId: account.params.teamId } : {};
  return useMutation({
    mutationFn: (customizations: Customizations) =>
      answer(
        from === "gallery"
          ? api.POST("/api/workflow-templates/{templateId}/deploy", { params: { path: { templateId: template.id } }, body: { ...owner, customizations } })
          : api.POST("/api/workflows/import", { body: { ...owner, customizations, template: template as unknown as Record<string, never> } }),
      ),
    onSuccess: (kept) => keep(queryClient, kept),
  });
}

/** @throws SyntaxError if it is not JSON, RangeError that says why if no workflow was exported to it, or a number of it would be changed */
export function readTemplate(text: string): Template {
  const given = readExact(text) as Partial<Template> | null;
  if (typeof given?.name !== "string" || !Array.isArray(given.parameters) || !given.definition) {
    throw new RangeError("This file is not an exported workflow.");
  }
  return { ...given, description: given.description ?? "" } as Template;
}

const MAPPINGS = {
  data_source: "dataSourceMappings",
  secret: "secretMappings",
  text: "values",
  number: "values",
  list: "values",
  email: "values",
  url: "values",
} as const satisfies Record<Parameter["kind"], keyof Customizations>;

/** What was filled in, sorted by what it is; what was left empty is the template's own. */
export function customizationsOf(name: string, parameters: readonly Parameter[], values: Readonly<Record<string, string>>): Customizations {
  const customizations: Customizations = name.trim() ? { name: name.trim() } : {};
  for (const parameter of parameters) {
    const value = values[parameter.name]?.trim();
    if (value) {
      const mapping = MAPPINGS[parameter.kind];
      customizations[mapping] = { ...customizations[mapping], [parameter.name]: value };
    }
  }
  return customizations;
}

/** Where the API says that something is wrong with a parameter. */
export function fieldOf(parameter: Parameter): string {
  return `customizations.${MAPPINGS[parameter.kind]}.${parameter.name}`;
}
