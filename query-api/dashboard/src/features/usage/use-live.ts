import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useEvents, type Connection } from "@/shared/api/stream";
import { isLive } from "./api";
import { paced, type Pace } from "./pace";

/** How seldom the page asks again while events stream in. */
const REFRESH_MS = 2000;

/** By account, the totals that were told last: they outlive the page, as the answers that it is shown from do. */
const told = new Map<string, string>();

/**
 * Asks again when the running totals have moved, at once and then at most every two seconds, and keeps what is shown until the
 * answer is there: numbers change in place, nothing flickers.
 */
export function useLive(accountKey: string, url: string): Connection {
  const queryClient = useQueryClient();
  const pace = useRef<Pace>(undefined);
  useEffect(() => {
    pace.current = paced(() => void queryClient.invalidateQueries({ queryKey: ["usage", accountKey], predicate: isLive }), REFRESH_MS);
    return () => pace.current?.stop();
  }, [accountKey, queryClient]);
  return useEvents(url, "totals", (data) => {
    const { month, today } = JSON.parse(data) as Record<"month" | "today", { runs: number; costNanoUsd: number }>;
    const now = `${month.runs} ${month.costNanoUsd} ${today.runs}`;
    const before = told.get(accountKey);
    told.set(accountKey, now);
    if (before !== undefined && before !== now) {
      pace.current?.changed();
    }
  });
}

/** What is said of the stream beside what is shown: that it stands is no proof that answers come. */
export function saidOf(connection: Connection, shown: { data: unknown; error: unknown; fetchStatus: string }): Connection {
  if (connection === "refused") {
    return connection;
  }
  if (shown.error || shown.fetchStatus === "paused") {
    return "broken";
  }
  return shown.data === undefined && connection === "live" ? "connecting" : connection;
}
