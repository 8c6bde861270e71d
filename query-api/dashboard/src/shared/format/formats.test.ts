import { afterEach, expect, test, vi } from "vitest";
import { numberFormat, timeFormat } from "./formats";
import { formatExactUsd, formatUsd } from "./money";
import { formatCompact, formatCount, formatPercent } from "./numbers";
import { formatAgo, formatDateTime, formatFromNow, formatShort, today } from "./time";

afterEach(() => vi.unstubAllGlobals());

test("a table of a thousand rows makes a format for each kind of cell, and not for each cell", () => {
  let made = 0;
  class Numbers extends Intl.NumberFormat {
    constructor(...of: ConstructorParameters<typeof Intl.NumberFormat>) {
      super(...of);
      made++;
    }
  }
  class Times extends Intl.DateTimeFormat {
    constructor(...of: ConstructorParameters<typeof Intl.DateTimeFormat>) {
      super(...of);
      made++;
    }
  }
  vi.stubGlobal("Intl", { NumberFormat: Numbers, DateTimeFormat: Times });
  const row = (index: number) => {
    formatUsd(BigInt(index) * 1_000_000_000n, 6);
    formatExactUsd(BigInt(index));
    formatCount(index);
    formatCompact(index);
    formatPercent(50);
    formatDateTime("2026-11-27T08:00:00Z", "Europe/Berlin", true);
    formatShort("2026-11-27T08:00:00Z", "Europe/Berlin");
    today("Europe/Berlin", new Date(index));
  };
  row(1);
  expect(made).toBe(8);
  for (let index = 2; index < 1000; index++) {
    row(index);
  }
  expect(made).toBe(8);
});

test("a zone, a language and the seconds each have a format of their own", () => {
  const at = "2026-11-27T23:30:00Z";
  expect(today("UTC", new Date(at))).toBe("2026-11-27");
  expect(today("Asia/Tokyo", new Date(at))).toBe("2026-11-28");
  expect(formatDateTime(at, "UTC")).not.toBe(formatDateTime(at, "Asia/Tokyo"));
  expect(formatDateTime(at, "UTC", true)).not.toBe(formatDateTime(at, "UTC"));
  expect(timeFormat({ timeZone: "UTC" }, "de")).not.toBe(timeFormat({ timeZone: "UTC" }));
  expect(numberFormat({ style: "percent" })).toBe(numberFormat({ style: "percent" }));
});

test("what has happened is never told to come, however far behind the clock is that is looked at; what is to come is", () => {
  const now = Date.parse("2026-11-27T12:00:00Z");
  expect(formatAgo("2026-11-27T12:00:18Z", now)).toBe("now");
  expect(formatAgo("2026-11-27T11:58:00Z", now)).toBe("2 minutes ago");
  expect(formatFromNow("2026-11-27T12:02:00Z", now)).toBe("in 2 minutes");
});
