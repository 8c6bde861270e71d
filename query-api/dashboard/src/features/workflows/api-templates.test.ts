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

test("a file with a number that would be sent as another is refused, and the number named", () => {
  const exported = '{"name":"A","parameters":[],"definition":{"nodes":[{"id":"a","type":"data_source","config":{"query":{"where":[{"field":"id","operator":"=","value":9007199254740993}]}}}]}}';
  expect(() => readTemplate(exported)).toThrow("The number 9007199254740993 cannot be kept as it stands.");
});
