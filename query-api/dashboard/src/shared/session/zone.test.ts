import { expect, test } from "vitest";
import { browserZone, zoneName, zones } from "@/shared/format/time";
import { zoneOf } from "./zone";

test("the zone is the chosen one, else the viewer's, also where the address names none that there is", () => {
  expect(zoneOf({ zone: "Asia/Kathmandu" })).toBe("Asia/Kathmandu");
  expect(zoneOf({})).toBe(browserZone());
  expect(zoneOf({ zone: "Mars/Base" })).toBe(browserZone());
});

test("a zone is told, and offered, by the name that its place has today", () => {
  expect([zoneName("Asia/Calcutta"), zoneName("Asia/Kolkata"), zoneName("America/New_York")]).toEqual(["Asia/Kolkata", "Asia/Kolkata", "America/New York"]);
  expect(zones()).toContain("Asia/Kolkata");
  expect(zones()).not.toContain("Asia/Calcutta");
  expect(new Set(zones()).size).toBe(zones().length);
});
