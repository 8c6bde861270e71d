import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { draftAt, DRAFT_CHARS_MAX, DRAFTS_MAX, dropDraft, dropDraftsOf, keepDraft, placeOf } from "./drafts";

const NOW = Date.parse("2026-11-27T03:00:00Z");

const PLACE = placeOf("ada", "acme", "workflow wf_1");

beforeEach(() => localStorage.clear());

afterEach(() => vi.restoreAllMocks());

test("what was kept is there until it is dropped, with the time at which it was", () => {
  expect(draftAt(PLACE)).toBeNull();
  expect(keepDraft(PLACE, { name: "Mine" }, NOW)).toBe(true);
  expect(draftAt(PLACE, NOW)).toEqual({ at: "2026-11-27T03:00:00.000Z", value: { name: "Mine" } });
  dropDraft(PLACE);
  expect(draftAt(PLACE, NOW)).toBeNull();
});

test("one person's, one account's and one workflow's are not another's, whatever they are called", () => {
  keepDraft(PLACE, 1, NOW);
  for (const other of [placeOf("eve", "acme", "workflow wf_1"), placeOf("ada", "me", "workflow wf_1"), placeOf("ada", "acme", "workflow new"), placeOf("ada/acme", "", "workflow wf_1")]) {
    expect(draftAt(other, NOW)).toBeNull();
  }
});

test("whoever signs out takes theirs along, and leaves the others' and what is no draft", () => {
  localStorage.setItem("theme", "dark");
  keepDraft(PLACE, 1, NOW);
  keepDraft(placeOf("ada2", "acme", "workflow wf_1"), 2, NOW);
  dropDraftsOf("ada");
  expect(Object.keys(localStorage).sort()).toEqual([placeOf("ada2", "acme", "workflow wf_1"), "theme"].sort());
});

test("the oldest go where there are too many", () => {
  const places = Array.from({ length: DRAFTS_MAX + 2 }, (_, index) => placeOf("ada", "acme", `workflow wf_${index}`));
  places.forEach((place, index) => keepDraft(place, index, NOW + index));
  expect(places.map((place) => draftAt(place, NOW)?.value ?? null)).toEqual([null, null, ...places.slice(2).map((_, index) => index + 2)]);
  keepDraft(places[2]!, "newer", NOW + 100);
  expect(draftAt(places[3]!, NOW), "one that is there already takes nobody's place").not.toBeNull();
});

test("what is too large is not kept, and neither is what it would have replaced", () => {
  keepDraft(PLACE, "small", NOW);
  expect(keepDraft(PLACE, "x".repeat(DRAFT_CHARS_MAX), NOW)).toBe(false);
  expect(draftAt(PLACE, NOW)).toBeNull();
});

test("where the browser has no room left, older ones make some", () => {
  keepDraft(placeOf("ada", "acme", "workflow old"), 1, NOW);
  const set = vi.spyOn(Storage.prototype, "setItem").mockImplementationOnce(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(keepDraft(PLACE, 2, NOW + 1)).toBe(true);
  expect(draftAt(placeOf("ada", "acme", "workflow old"), NOW)).toBeNull();
  set.mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(keepDraft(PLACE, 3, NOW + 2)).toBe(false);
});

test("after a month, or as something else, it is not there", () => {
  keepDraft(PLACE, 1, NOW);
  expect(draftAt(PLACE, NOW + 31 * 86_400_000)).toBeNull();
  localStorage.setItem(PLACE, "{");
  expect(draftAt(PLACE, NOW)).toBeNull();
});

test("a browser that lets nothing be kept is no fault", () => {
  vi.spyOn(globalThis, "localStorage", "get").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  expect(keepDraft(PLACE, 1)).toBe(false);
  expect(draftAt(PLACE)).toBeNull();
});
