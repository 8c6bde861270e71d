import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCES = join(import.meta.dirname, "../..");

/** A figure, a hole in a text or a tag's end, and the sign apart from it. */
const APART = /(?:\d|\})[ \u00a0]%(?![\w(])/;

test("a percentage is written in one form, as the formatter writes it: the sign at its figure", () => {
  const sources = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$/.test(name));
  expect(sources.length).toBeGreaterThan(100);
  const apart = sources.flatMap((name) =>
    readFileSync(join(SOURCES, name), "utf8")
      .split("\n")
      .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line) && APART.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(apart).toEqual([]);
});
