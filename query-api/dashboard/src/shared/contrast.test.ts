import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync("src/styles.css", "utf8");

/** What WCAG 2.2 wants of text, and of what shows where a control is. */
const TEXT = 4.5;
const CONTROL = 3;

const GROUNDS = ["page", "surface", "raised"];
const MEANINGS = ["accent", "info", "good", "warning", "critical"];

function coloursOf(selector: string): ReadonlyMap<string, string> {
  const begin = css.indexOf(`\n${selector} {`);
  const block = css.slice(begin, css.indexOf("}", begin));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!]));
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe.each([
  ["light", ":root"],
  ["dark", ':root[data-theme="dark"]'],
])("in the %s theme", (_, selector) => {
  const colours = coloursOf(selector);
  const between = (one: string, other: string) => contrast(colours.get(one)!, colours.get(other)!);

  test.each([...GROUNDS, "line", ...MEANINGS.map((meaning) => `${meaning}-wash`)])("text can be read on %s", (ground) => {
    expect(between("ink", ground)).toBeGreaterThanOrEqual(TEXT);
    expect(between("soft", ground)).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(MEANINGS)("what is %s can be read on every ground and on its own", (meaning) => {
    for (const ground of [...GROUNDS, `${meaning}-wash`]) {
      expect(between(meaning, ground)).toBeGreaterThanOrEqual(TEXT);
    }
  });

  test("the main button and the count of alerts can be read", () => {
    expect(between("accent-ink", "accent")).toBeGreaterThanOrEqual(TEXT);
    expect(between("accent-ink", "accent-strong")).toBeGreaterThanOrEqual(TEXT);
    expect(between("surface", "critical")).toBeGreaterThanOrEqual(TEXT);
  });

  test.each(GROUNDS)("what the keyboard is at on the canvas is seen on %s", (ground) => {
    // With a class more than the canvas's own sheet has, which takes the ring away.
    for (const ring of [".react-flow .react-flow__nodes .react-flow__node:focus-visible", ".react-flow .react-flow__edges .react-flow__edge:focus-visible"]) {
      const begin = css.indexOf(`\n${ring} {`);
      expect(begin).toBeGreaterThan(-1);
      expect(css.slice(begin, css.indexOf("}", begin))).toMatch(/outline: calc\([23]px \/ var\(--zoom, 1\)\) solid var\(--accent\);/);
    }
    expect(between("accent", ground)).toBeGreaterThanOrEqual(CONTROL);
  });

  test.each(GROUNDS)("where a field is, and what a chart draws, is seen on %s", (ground) => {
    expect(between("field", ground)).toBeGreaterThanOrEqual(CONTROL);
    expect(between("series-1", ground)).toBeGreaterThanOrEqual(CONTROL);
    expect(between("series-2", ground)).toBeGreaterThanOrEqual(CONTROL);
  });
});
