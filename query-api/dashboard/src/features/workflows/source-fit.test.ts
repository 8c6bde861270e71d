import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SAMPLES } from "./samples";
import { fitInWords, kindOfSource, placeInWords, SOURCE_KINDS, unfit, unfitInWords, type OpenDefinition } from "./source-fit";

const RUNNER = "../../workflow-runner/src";

const FOLDER = "resources/com/promptmanage/runner/template";

/** As they come with the product. */
function template(name: string): OpenDefinition {
  return (JSON.parse(readFileSync(`${RUNNER}/main/${FOLDER}/template-${name}.json`, "utf8")) as { definition: OpenDefinition }).definition;
}

interface Case {
  template?: string;
  what?: string;
  definition?: OpenDefinition;
  parameter: string;
  fits: string[];
}

/** Those of the runner's own test. */
const cases = JSON.parse(readFileSync(`${RUNNER}/test/${FOLDER}/source-fit.json`, "utf8")) as Case[];

test.each(cases.map((one) => [one.template ?? one.what ?? "", one.parameter, one] as const))("what is offered is what the API takes: %s, %s", (name, parameter, one) => {
  const why = unfit(one.definition ?? template(one.template ?? ""), parameter);
  expect(SOURCE_KINDS.filter((kind) => !why.has(kind)), name).toEqual(one.fits);
});

test.each([
  ["email-generator", "GOOGLE_SHEET_ID", "a table"],
  ["lead-scorer", "AIRTABLE_BASE_ID", "a table"],
  ["data-enrichment", "GOOGLE_SHEET_ID", "a table or a file"],
  ["content-moderator", "AIRTABLE_BASE_ID", "a table, a file or an API"],
  ["blog-pipeline", "NOTION_DATABASE_ID", "a file or an API"],
  ["blog-pipeline", "NOTION_DRAFTS_DB", "a file or an API"],
])("the template %s takes for %s: %s", (name, parameter, words) => {
  expect(fitInWords(unfit(template(name), parameter))).toBe(words);
});

test("why one is not offered is said by what the template does with it", () => {
  expect(unfitInWords(unfit(template("email-generator"), "GOOGLE_SHEET_ID"))).toBe(
    "Not a file: “Save the mail” writes to Generated_Emails, and a file is one list. Not an API: “Save the mail” writes to Generated_Emails, and an API is one list.",
  );
  expect(unfitInWords(unfit(template("data-enrichment"), "GOOGLE_SHEET_ID"))).toBe(
    "Not an API: “Update the sheet” finds its records by a field, and those of an API are changed by their id only.",
  );
  expect(unfitInWords(unfit(template("blog-pipeline"), "NOTION_DRAFTS_DB"))).toBe("Not a table: “Save the draft” names no table.");
  expect(unfitInWords(unfit(template("content-moderator"), "AIRTABLE_BASE_ID"))).toBe("");
});

test("samples are offered for whatever a template only reads, and for nothing else", () => {
  const names = readdirSync(`${RUNNER}/main/${FOLDER}`).flatMap((file) => /^template-(.+)\.json$/.exec(file)?.[1] ?? []);
  expect(names).toHaveLength(20);
  for (const name of names) {
    const { parameters } = JSON.parse(readFileSync(`${RUNNER}/main/${FOLDER}/template-${name}.json`, "utf8")) as { parameters: { name: string; kind: string; sample?: string }[] };
    for (const parameter of parameters.filter(({ kind }) => kind === "data_source")) {
      expect(parameter.sample !== undefined, `${name} ${parameter.name}`).toBe(!unfit(template(name), parameter.name).has("sample"));
      expect(SAMPLES).toContain(parameter.sample ?? "sample");
    }
  }
});

test("a place in a definition is called by its node", () => {
  expect(placeInWords(template("email-generator"), "customizations.definition.nodes[2].config.sheet")).toBe("“Save the mail”: its sheet");
  expect(placeInWords(undefined, "customizations.definition.nodes[2].config.sheet")).toBe("customizations.definition.nodes[2].config.sheet");
});

test("what is read as a file is one", () => {
  expect(["csv", "json", "database", "api", "slack", undefined].map(kindOfSource)).toEqual(["file", "file", "database", "api", null, null]);
});
