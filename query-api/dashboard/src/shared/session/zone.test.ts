import { expect, test } from "vitest";
import { browserZone } from "@/shared/format/time";
import { zoneOf } from "./zone";

test("the zone is the chosen one, else the viewer's, also where the address names none that there is", () => {
  expect(zoneOf({ zone: "Asia/Kathmandu" })).toBe("Asia/Kathmandu");
  expect(zoneOf({})).toBe(browserZone());
  expect(zoneOf({ zone: "Mars/Base" })).toBe(browserZone());
});
