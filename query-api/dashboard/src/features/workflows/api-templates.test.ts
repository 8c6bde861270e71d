import { expect, test } from "vitest";
import { customizationsOf, fieldOf, readTemplate, type Parameter } from "./api-templates";

const PARAMETERS: Parameter[] = [
  { name: "BASE", kind: "data_source", label: "", description: "" },
  { name: "KEY", kind: "secret", label: "", description: "" },
  { name: "MIN", kind: "text", label: "", description: "", defaultValue: "7" },
];

test("what is filled in goes where the API looks for it, and what is not stays the template's", () => {
  expect(customizationsOf(" Leads ", PARAMETERS, { BASE: "ds_1", KEY: "CRM_KEY", MIN: "" })).toEqual({
    name: "Leads",
    dataSourceMappings: { BASE: "ds_1" },
    secretMappings: { KEY: "CRM_KEY" },
  });
  expect(PARAMETERS.map(fieldOf)[0]).toBe("customizations.dataSourceMappings.BASE");
});

test("a file that is no exported workflow is told from one that is", () => {
  expect(readTemplate('{"name":"A","parameters":[],"definition":{}}')).toMatchObject({ name: "A", description: "" });
  expect(() => readTemplate('{"nodes":[]}')).toThrow(RangeError);
  expect(() => readTemplate("nodes")).toThrow(SyntaxError);
});
