import { expect, test } from "vitest";
import { sinceOf } from "./cards";

test("a budget counts since its period began in its own zone, or everything", () => {
  const periodStart = "2026-10-31T15:00:00Z";
  expect(sinceOf({ period: { unit: "month", timezone: "Asia/Tokyo" }, periodStart }, "UTC")).toBe("Everything since Nov 1, 2026");
  expect(sinceOf({ period: "month", periodStart }, "UTC")).toBe("Everything since Oct 31, 2026");
  expect(sinceOf({ period: { unit: "total" }, periodStart: "1970-01-01T00:00:00Z" }, "UTC")).toBe("Everything so far");
});
