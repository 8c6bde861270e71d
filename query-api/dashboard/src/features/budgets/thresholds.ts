import { formatExactUsd, nanoUsd } from "@/shared/format/money";
import { faultOfCount, faultOfTwo, fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import type { Threshold } from "./api";

/** The API's bounds. */
export const THRESHOLDS_MAX = 16;

const PERCENT_MAX = 1000;

export type ThresholdKind = "percent" | "amount" | "forecast";

/** A threshold as it stands in a form. */
export interface ThresholdRow {
  kind: ThresholdKind;
  /** As typed. */
  at: string;
  severity: Threshold["severity"];
}

export function rowsOf(thresholds: readonly Threshold[]): ThresholdRow[] {
  return thresholds.map(({ percent, amountUsd, amountTokens, forecastPercent, severity }): ThresholdRow =>
    percent !== undefined
      ? { kind: "percent", at: String(percent), severity }
      : forecastPercent !== undefined
        ? { kind: "forecast", at: String(forecastPercent), severity }
        : { kind: "amount", at: amountUsd === undefined ? String(amountTokens ?? "") : fieldUsd(amountUsd), severity },
  );
}

/** What is wrong with each row; undefined where nothing is. */
export function faultsOf(rows: readonly ThresholdRow[], unit: "usd" | "tokens"): (string | undefined)[] {
  const seen = new Set<string>();
  return rows.map((row) => {
    const fault = faultOf(row, unit);
    if (fault !== undefined) {
      return fault;
    }
    const place = `${row.kind} ${valueOf(row, unit)}`;
    if (seen.has(place)) {
      return "This one is there already";
    }
    seen.add(place);
    return undefined;
  });
}

function faultOf({ kind, at }: ThresholdRow, unit: "usd" | "tokens"): string | undefined {
  if (kind === "amount") {
    return unit === "usd" ? typedUsd(at).fault : at.trim() === "" ? "How many tokens" : faultOfCount(at);
  }
  const percent = percentOf(at);
  // Beyond the most that it can be there is no second reading.
  const either = Number(percent.replace(".", "")) <= PERCENT_MAX ? faultOfTwo(withoutSign(at)) : undefined;
  if (either !== undefined) {
    return either;
  }
  return /^\d+(\.\d{1,3})?$/.test(percent) && Number(percent) > 0 && Number(percent) <= PERCENT_MAX ? undefined : `A percentage up to ${PERCENT_MAX}`;
}

/** As the API wants them: those of one kind rise. Only of rows that are sound. */
export function thresholdsOf(rows: readonly ThresholdRow[], unit: "usd" | "tokens"): Threshold[] {
  return rows
    .map((row) => ({ row, value: valueOf(row, unit) }))
    .sort((a, b) => a.row.kind.localeCompare(b.row.kind) || (a.value < b.value ? -1 : 1))
    .map(({ row: { kind, at, severity } }): Threshold => {
      switch (kind) {
        case "percent":
          return { percent: Number(percentOf(at)), severity };
        case "forecast":
          return { forecastPercent: Number(percentOf(at)), severity };
        case "amount":
          return unit === "usd" ? { amountUsd: typedUsd(at).usd ?? at, severity } : { amountTokens: Number(at), severity };
      }
    });
}

/** In thousandths of a percent, nanoUSD or tokens. */
function valueOf({ kind, at }: ThresholdRow, unit: "usd" | "tokens"): bigint {
  if (kind === "amount" && unit === "tokens") {
    return BigInt(at.trim());
  }
  return nanoUsd(kind === "amount" ? (typedUsd(at).usd ?? "0") : percentOf(at));
}

/** With a comma or a point. */
function percentOf(at: string): string {
  return withoutSign(at).replace(/^(\d+),(\d+)$/, "$1.$2");
}

function withoutSign(at: string): string {
  return at.trim().replace(/\s*%$/, "");
}

const HUNDRED = 100_000n;

/**
 * From what spend on a percentage of a limit is reached, for people; of a form in which either may not make sense yet. What is spent
 * comes in whole nanoUSD, so it is the next of them.
 */
export function thresholdUsd(limit: string, percent: number): string | null {
  const { usd } = typedUsd(limit);
  return usd === undefined ? null : formatExactUsd((nanoUsd(usd) * BigInt(Math.round(percent * 1000)) + HUNDRED - 1n) / HUNDRED);
}
