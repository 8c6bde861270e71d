import { expect, test } from "vitest";
import { EVERY_TYPE, faultsOf, formOf, isChanged, toSave } from "./preferences";

test("who has said nothing gets everything, at once, and it is not quiet", () => {
  const form = formOf({}, "Europe/Berlin");
  expect([...form.types]).toEqual(EVERY_TYPE);
  expect(form).toMatchObject({ minimumLevel: "info", isQuiet: false, hasDigest: false, zone: "Europe/Berlin" });
  expect(toSave(form, {})).toEqual({ minimumLevel: "info", alertTypes: EVERY_TYPE, channels: null, quietHours: null, digest: null });
});

test("what was set comes back as it was, the chosen channels included", () => {
  const set = {
    minimumLevel: "warning" as const,
    alertTypes: ["anomaly" as const],
    channels: ["ch_1"],
    quietHours: { start: "21:30", end: "06:00", timezone: "Asia/Tokyo" },
    digest: { at: "08:15", timezone: "Asia/Tokyo" },
  };
  expect(toSave(formOf(set, "UTC"), set)).toEqual(set);
});

test("quiet hours that end as they begin are refused before they are sent", () => {
  const form = { ...formOf({}, "UTC"), isQuiet: true, start: "07:00", end: "07:00" };
  expect(faultsOf(form).end).toMatch("length");
  expect(faultsOf({ ...form, isQuiet: false })).toEqual({});
});

test("what is put in is a change until it is taken back, and a zone that nothing is told in is none", () => {
  const saved = { minimumLevel: "warning" as const, quietHours: { start: "21:30", end: "06:00", timezone: "Asia/Tokyo" } };
  const form = formOf(saved, "UTC");
  expect(isChanged(form, saved)).toBe(false);
  expect(isChanged({ ...form, minimumLevel: "info" }, saved)).toBe(true);
  expect(isChanged({ ...form, zone: "UTC" }, saved)).toBe(true);
  expect(isChanged({ ...form, types: new Set(EVERY_TYPE) }, saved)).toBe(false);
  expect(isChanged({ ...form, types: new Set() }, saved)).toBe(true);
  expect(isChanged({ ...formOf({}, "UTC"), zone: "Asia/Tokyo" }, {})).toBe(false);
});
