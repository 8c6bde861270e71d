import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { saidOf, useLive } from "./use-live";

class Source extends EventTarget {
  static newest: Source;

  constructor() {
    super();
    Source.newest = this;
  }

  close() {}
}

beforeEach(() => void vi.stubGlobal("EventSource", Source));

afterEach(() => vi.unstubAllGlobals());

const totals = (runs: number) =>
  act(() => void Source.newest.dispatchEvent(new MessageEvent("totals", { data: JSON.stringify({ month: { runs, costNanoUsd: runs }, today: { runs } }) })));

test("whoever comes back to the page is not shown the numbers of before, once the totals have moved meanwhile", () => {
  const client = new QueryClient();
  const asked = ["usage", "acme", "stats"];
  const visit = () => {
    client.setQueryData(asked, "shown");
    return renderHook(() => useLive("acme", "/stream"), { wrapper: ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> });
  };
  const isStale = () => client.getQueryState(asked)!.isInvalidated;

  const first = visit();
  totals(1);
  expect(isStale()).toBe(false);
  first.unmount();

  const second = visit();
  totals(1);
  expect(isStale()).toBe(false);
  second.unmount();

  visit();
  totals(2);
  expect(isStale()).toBe(true);
});

test.each([
  ["answers come", { data: {}, error: null, fetchStatus: "idle" }, "live"],
  ["one is asked for anew", { data: {}, error: null, fetchStatus: "fetching" }, "live"],
  ["none has come yet", { data: undefined, error: null, fetchStatus: "fetching" }, "connecting"],
  ["the last did not come", { data: {}, error: new Error("no answer"), fetchStatus: "idle" }, "broken"],
  ["there is no network", { data: {}, error: null, fetchStatus: "paused" }, "broken"],
])("a stream that stands is said to be live while %s: %o", (_, shown, said) => expect(saidOf("live", shown)).toBe(said));

test("a stream that is refused is not said to come back", () => {
  expect(saidOf("refused", { data: {}, error: new Error("refused"), fetchStatus: "idle" })).toBe("refused");
});
