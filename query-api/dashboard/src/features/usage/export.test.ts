import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { exportName, exportUrl } from "./api";

const ACCOUNT = { key: "acme", name: "Acme", visible: { teamId: "acme" }, features: {} } as unknown as Account;

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-26T22:00:00Z") }));

afterEach(() => void vi.useRealTimers());

test("a file has the range, the zone and the filters of the view, and says so by its name", () => {
  const search = { range: "7d", only: "model:gpt-4.1~prompt:greeting", type: "prompt_run", unpriced: "yes", sort: "cost", page: "next" } as const;
  expect(exportUrl(ACCOUNT, search, "Pacific/Auckland", "parquet")).toBe(
    "/api/token-tracking/export?format=parquet&teamId=acme&startDate=2026-11-21&endDate=2026-11-27&model=gpt-4.1&promptId=greeting&executionType=prompt_run&unpriced=true&timezone=Pacific%2FAuckland",
  );
  expect(exportName(ACCOUNT, search, "Pacific/Auckland", "parquet")).toBe("usage-Acme-2026-11-21-to-2026-11-27-gpt-4-1-greeting-prompt_run-unpriced.parquet");
});

test("of a view of one day the file is that day's", () => {
  const search = { only: "day:2026-11-03" };
  expect(exportUrl(ACCOUNT, search, "UTC", "csv")).toBe("/api/token-tracking/export?format=csv&teamId=acme&startDate=2026-11-03&endDate=2026-11-03&timezone=UTC");
  expect(exportName(ACCOUNT, search, "UTC", "csv")).toBe("usage-Acme-2026-11-03.csv");
});
