import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { workflowQuery } from "./api";

export type Template = Schemas["WorkflowTemplate"];
export type Parameter = Schemas["TemplateParameter"];
export type Customizations = Schemas["Customizations"];

export const templatesQuery = queryOptions({
  queryKey: ["workflow-templates"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/workflow-templates", { signal }))).templates,
  staleTime: Infinity,
});

export function useDeploy(account: Account, templateId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (customizations: Customizations) =>
      (
        await answer(
          api.POST("/api/workflow-templates/{templateId}/deploy", {
            params: { path: { templateId } },
            body: { customizations, ...("teamId" in account.params ? { teamId: account.params.teamId } : {}) },
          }),
        )
      ).workflow,
    onSuccess: (workflow) => {
      queryClient.setQueryData(workflowQuery(workflow.id).queryKey, workflow);
      void queryClient.invalidateQueries({ queryKey: ["workflows"] });
    },
  });
}

const MAPPINGS = { data_source: "dataSourceMappings", secret: "secretMappings", text: "values" } as const;

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
