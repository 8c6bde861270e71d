import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// What a style asks by :has is asked again for every text that a chart measures: seconds, in a large team.
test("no style asks by :has what is in something, nor does a class that is made into one", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(css|tsx?)$/.test(name) && !/\.test\./.test(name))
    .map((name) => `src/${name}`);
  expect(sources).toContain("src/styles.css");
  expect(sources.filter((name) => /:has\(|\bhas-(?:\[|[a-z-]+:)/.test(readFileSync(name, "utf8")))).toEqual([]);
});

// The way in which the document asks for it ahead is not one by which the build says that a file is gone.
test("the font that the document asks for ahead is the one of the styles", () => {
  const ahead = /as="font"[^>]* href="\/(node_modules\/[^"]+)"/.exec(readFileSync("index.html", "utf8"))![1]!;
  expect(existsSync(ahead)).toBe(true);
  const imported = /@import "(@fontsource-variable\/[^"]+)"/.exec(readFileSync("src/styles.css", "utf8"))![1]!;
  expect(readFileSync(`node_modules/${imported}`, "utf8")).toContain(`url(./files/${ahead.replace(/.*\//, "")})`);
});
