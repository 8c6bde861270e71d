import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fitInWords, kindOfSource, placeInWords, unfit, unfitInWords, type OpenDefinition } from "./source-fit";

/** As they come with the product. */
function template(name: string): OpenDefinition {
  const folder = "../../workflow-runner/src/main/resources/com/promptmanage/runner/template";
  return (JSON.parse(readFileSync(`${folder}/template-${name}.json`, "utf8")) as { definition: OpenDefinition }).definition;
}

test.each([
  ["email-generator", "GOOGLE_SHEET_ID", "a table"],
  ["lead-scorer", "AIRTABLE_BASE_ID", "a table"],
  ["data-enrichment", "GOOGLE_SHEET_ID", "a table or a file"],
  ["content-moderator", "AIRTABLE_BASE_ID", "a table, a file or an API"],
  ["blog-pipeline", "NOTION_DATABASE_ID", "a table, a file or an API"],
  ["blog-pipeline", "NOTION_DRAFTS_DB", "a table, a file or an API"],
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
  expect(unfitInWords(unfit(template("ticket-triage"), "TICKETS"))).toBe("");
});

test("a place in a definition is called by its node", () => {
  expect(placeInWords(template("email-generator"), "customizations.definition.nodes[2].config.sheet")).toBe("“Save the mail”: its sheet");
  expect(placeInWords(undefined, "customizations.definition.nodes[2].config.sheet")).toBe("customizations.definition.nodes[2].config.sheet");
});

test("what is read as a file is one", () => {
  expect(["csv", "json", "database", "api", "slack", undefined].map(kindOfSource)).toEqual(["file", "file", "database", "api", null, null]);
});
