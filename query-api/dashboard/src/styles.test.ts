import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// A style of all pages that asks by :has what is in them is asked again for every text that a chart measures: seconds, in a large team.
test("no style of the document, or of what holds the pages, asks by :has what is in them", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(css|tsx?)$/.test(name) && !/\.test\./.test(name))
    .map((name) => `src/${name}`);
  expect(sources).toContain("src/styles.css");
  expect(sources.filter((name) => /(?:html|body|:root|main|#content):has\(|has-\[\[data-/.test(readFileSync(name, "utf8")))).toEqual([]);
});
