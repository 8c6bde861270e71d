import { expect, test } from "vitest";
import { formOf, isSound, toSave } from "./schedule";

test("a workflow without a schedule starts switched off, with weekdays at hand", () => {
  const form = formOf(null, "Europe/Berlin");
  expect(form).toMatchObject({ kind: "off", cron: "0 9 * * 1-5", zone: "Europe/Berlin" });
  expect(toSave({ ...form, kind: "preset" }, null)).toEqual({ type: "cron", cron: "0 9 * * 1-5", timezone: "Europe/Berlin", missed: "skip", enabled: true });
});

test("what is switched off keeps its times", () => {
  const before = { type: "cron" as const, cron: "5 4 * * *", timezone: "UTC", missed: "last" as const, enabled: true };
  expect(formOf(before, "UTC").kind).toBe("cron");
  expect(toSave({ ...formOf(before, "UTC"), kind: "off" }, before)).toEqual({ ...before, enabled: false });
  expect(formOf({ ...before, enabled: false }, "UTC").kind).toBe("off");
});

test("minutes are a number, and a cron has five fields", () => {
  const form = formOf(null, "UTC");
  expect(isSound({ ...form, kind: "interval", minutes: "0" })).toBe(false);
  expect(isSound({ ...form, kind: "interval", minutes: "15" })).toBe(true);
  expect(isSound({ ...form, kind: "cron", cron: "0 9 * *" })).toBe(false);
});
