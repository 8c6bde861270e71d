import { expect, test } from "vitest";
import { formOf, toSave, whyNoTimes } from "./schedule";

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

test("minutes are a number, and a cron has five fields; what is wrong is said", () => {
  const form = formOf(null, "UTC");
  const ofMinutes = (minutes: string) => whyNoTimes({ ...form, kind: "interval", minutes });
  for (const minutes of ["", "0", "527041", "99999999999"]) {
    expect(ofMinutes(minutes)).toMatch(/^A whole number from 1 to 527.040/);
  }
  expect([ofMinutes("15"), ofMinutes("527040")]).toEqual([undefined, undefined]);
  const ofCron = (cron: string) => whyNoTimes({ ...form, kind: "cron", cron });
  expect(ofCron("0 9 * *")).toContain("five fields");
  expect(ofCron("0 9 * *")).toContain("this has 4");
  expect(ofCron("@daily")).toContain("this has 1");
  expect(ofCron(" ")).toContain("this has 0");
  expect(ofCron("0 9 * * 1-5")).toBeUndefined();
  expect(whyNoTimes({ ...form, kind: "off", cron: "" })).toBeUndefined();
});
