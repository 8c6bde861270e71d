import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { fileName, type ExportedFile, type Format } from "@/shared/api/files";
import { formatCount } from "@/shared/format/numbers";
import { formatDateTime } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";

export type Output = Schemas["WorkflowOutput"];

/** Since when outputs are shown, if not for the last seven days: in days. */
export const PERIODS = { day: 1, month: 30 } as const;

/** Which outputs are shown: the address holds it. */
export interface OutputSearch {
  workflow?: string;
  tag?: string;
  empty?: "yes";
  period?: keyof typeof PERIODS;
}

export function readOutputSearch(raw: Record<string, unknown>): OutputSearch {
  const search: OutputSearch = {};
  if (typeof raw.workflow === "string" && raw.workflow !== "") search.workflow = raw.workflow;
  if (typeof raw.tag === "string" && raw.tag !== "") search.tag = raw.tag;
  if (raw.empty === "yes") search.empty = "yes";
  if (raw.period === "day" || raw.period === "month") search.period = raw.period;
  return search;
}

/** Whether an account's tier shows less than a period. */
export function isRefused(period: keyof typeof PERIODS, shownDays: number | null): boolean {
  return shownDays !== null && PERIODS[period] > shownDays;
}

/** What has been put out is shown this far back unless a period is chosen, in days. */
const DAYS_USUAL = 7;

/** What a period is called; without one, the tier may show less than is usual. */
export function periodName(period: OutputSearch["period"], shownDays: number | null): string {
  const days = period === undefined ? Math.max(1, Math.min(DAYS_USUAL, shownDays ?? DAYS_USUAL)) : PERIODS[period];
  return days === 1 ? "Last 24 hours" : `Last ${formatCount(days)} days`;
}

const DAY_MS = 86_400_000;

/** As the API is asked. Without a period it says itself since when, as far back as the tier shows. */
export function outputFilter(account: Pick<Account, "params">, search: OutputSearch, now: number) {
  return {
    ...("teamId" in account.params ? { teamId: account.params.teamId } : {}),
    ...(search.workflow ? { workflowId: search.workflow } : {}),
    ...(search.tag ? { tag: search.tag } : {}),
    ...(search.empty ? { empty: true } : {}),
    ...(search.period ? { from: new Date(now - PERIODS[search.period] * DAY_MS).toISOString() } : {}),
  };
}

const SCHEDULED = /^(scheduledFor: )(\d{4}-\d\d-\d\dT[\d:.]+Z)$/;

/** What began it, for people: of a schedule the API says when it was due, in UTC. */
export function inputOf({ inputKey }: Pick<Output, "inputKey">, zone: string): string | null {
  return inputKey?.replace(SCHEDULED, (_, __, time: string) => `Due ${formatDateTime(time, zone)}`) ?? null;
}

export function outputsQuery(account: Account, search: OutputSearch) {
  return infiniteQueryOptions({
    queryKey: ["outputs", account.key, search],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET("/api/workflow-outputs", {
          params: { query: { ...outputFilter(account, search, Date.now()), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 5000,
  });
}

/** Where a program reads what is shown. */
export function outputsUrl(account: Pick<Account, "params">, search: OutputSearch, now: number): string {
  return `/api/workflow-outputs?${paramsOf(account, search, now)}`;
}

export function outputsFile(account: Pick<Account, "params" | "name">, search: OutputSearch, format: Format, now: number): ExportedFile {
  const params = paramsOf(account, search, now);
  params.set("format", format);
  const day = new Date(now).toISOString().slice(0, 10);
  return {
    url: `/api/workflow-outputs/export?${params}`,
    name: fileName(["outputs", account.name, day, search.period ?? "week", search.tag ?? "", search.empty ? "empty" : ""], format),
  };
}

function paramsOf(account: Pick<Account, "params">, search: OutputSearch, now: number): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(outputFilter(account, search, now))) {
    params.set(name, String(value));
  }
  return params;
}
