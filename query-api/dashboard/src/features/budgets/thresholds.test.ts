import { expect, test } from "vitest";
import type { Threshold } from "./api";
import { faultsOf, rowsOf, thresholdsOf, thresholdUsd, type ThresholdRow } from "./thresholds";

const row = (kind: ThresholdRow["kind"], at: string, severity: ThresholdRow["severity"] = "info"): ThresholdRow => ({ kind, at, severity });

test("what a budget has is what the form begins with, and comes back unchanged", () => {
  const thresholds: Threshold[] = [
    { amountUsd: "22.50", severity: "info" },
    { forecastPercent: 100, severity: "warning" },
    { percent: 50.5, severity: "info" },
    { percent: 100, severity: "critical" },
  ];
  expect(thresholdsOf(rowsOf(thresholds), "usd")).toEqual(thresholds);
  expect(thresholdsOf(rowsOf([{ amountTokens: 500, severity: "info" }]), "tokens")).toEqual([{ amountTokens: 500, severity: "info" }]);
});

test("they rise within each kind, in whatever order they were typed", () => {
  expect(thresholdsOf([row("percent", "100"), row("percent", "62,5 %"), row("amount", "$3", "warning"), row("percent", "9")], "usd")).toEqual([
    { amountUsd: "3.00", severity: "warning" },
    { percent: 9, severity: "info" },
    { percent: 62.5, severity: "info" },
    { percent: 100, severity: "info" },
  ]);
});

test("each that makes no sense says so, and so does the same once more", () => {
  const rows = [row("percent", "80"), row("percent", "80.0"), row("percent", "0"), row("percent", "1001"), row("amount", "ten"), row("forecast", "80")];
  expect(faultsOf(rows, "usd").map((fault) => fault !== undefined)).toEqual([false, true, true, true, true, false]);
  expect(faultsOf([row("amount", "1.5")], "tokens")[0]).toMatch(/whole/);
  expect(faultsOf([row("amount", "")], "tokens")[0]).toBeDefined();
});

test("a threshold that could be two is refused, and one that the API has with three places is kept", () => {
  for (const at of ["1.000", "1,000 %"]) {
    expect(faultsOf([row("percent", at)], "usd")[0]).toMatch(/^Write 1000 or 1\.00: /);
  }
  for (const at of ["1.500", "$1,500"]) {
    expect(faultsOf([row("amount", at)], "usd")[0]).toMatch(/^Write 1500 or 1\.50: /);
  }
  const thresholds: Threshold[] = [
    { amountUsd: "1.005", severity: "info" },
    { percent: 33.333, severity: "info" },
  ];
  const rows = rowsOf(thresholds);
  expect(faultsOf(rows, "usd")).toEqual([undefined, undefined]);
  expect(thresholdsOf(rows, "usd")).toEqual(thresholds);
});

test("thresholds are told in dollars", () => {
  expect(thresholdUsd("30.00", 75)).toBe("$22.50");
  expect(thresholdUsd("30", 90)).toBe("$27.00");
  expect(thresholdUsd("$30,5", 100)).toBe("$30.50");
  expect(thresholdUsd("1234567.89", 90)).toBe("$1,111,111.101");
  expect(thresholdUsd("", 90)).toBeNull();
  // Three quarters of it is not nothing, and is reached by the whole of it.
  expect(thresholdUsd("0.000000001", 75)).toBe("$0.000000001");
  expect(thresholdUsd("0.000000010", 75)).toBe("$0.000000008");
  expect(thresholdUsd("30.00", 12.345)).toBe("$3.7035");
});
