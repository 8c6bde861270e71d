import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// What a style asks by :has is asked again for every text that a chart measures: seconds, in a large team.
test("no style asks by :has what is in something, nor does a class that is made into one", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(css|tsx?)$/.test(name) && !/\.test\./.test(name))
    .map((name) => `src/${name}`);
  expect(sources).toContain("src/styles.css");
  expect(sources.filter((name) => /:has\(|\bhas-(?:\[|[a-z-]+:)/.test(readFileSync(name, "utf8")))).toEqual([]);
});
