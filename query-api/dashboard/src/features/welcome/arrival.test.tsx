import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { useArrival } from "./welcome-page";

const ACCOUNT = { key: "acme", visible: { teamId: "acme" } } as unknown as Account;

class Source extends EventTarget {
  static newest: Source;

  constructor() {
    super();
    Source.newest = this;
  }

  close() {}
}

let usage: object[] = [];
let asked = 0;

beforeEach(() => {
  usage = [];
  asked = 0;
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("fetch", () => {
    asked++;
    return Promise.resolve(Response.json({ usage, nextCursor: null }));
  });
});

afterEach(() => vi.unstubAllGlobals());

async function open() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useArrival(ACCOUNT), { wrapper });
  await waitFor(() => expect(client.getQueryData(["welcome", "acme"])).toBeDefined());
  // Observers are told in a turn of their own.
  await act(() => new Promise<void>((resolve) => setTimeout(resolve)));
  return result;
}

const totals = (runs: number) => act(() => void Source.newest.dispatchEvent(new MessageEvent("totals", { data: JSON.stringify({ month: { runs } }) })));

test("the first call of an account is told with its cost, once the history has it", async () => {
  const arrival = await open();
  totals(0);
  totals(1);
  expect(arrival.current.arrival).toBeNull();
  usage = [{ id: "first", cost: "0.01", totalTokens: 12 }];
  await waitFor(() => expect(arrival.current.arrival).toEqual({ cost: "0.01", tokens: 12 }));
});

test("of an account that has used much before, the newest of then is not told as what has just arrived", async () => {
  usage = [{ id: "old", cost: "9.99", totalTokens: 999 }];
  const arrival = await open();
  totals(1000);
  const before = asked;
  totals(1001);
  await waitFor(() => expect(asked).toBeGreaterThan(before));
  expect(arrival.current.arrival).toBeNull();
  usage = [{ id: "new", cost: null, totalTokens: 12 }, ...usage];
  // Without a price it is not told as free.
  await waitFor(() => expect(arrival.current.arrival).toEqual({ cost: null, tokens: 12 }));
});

test("each call that comes is counted, and told once the history has it, also where the first was told before", async () => {
  const arrival = await open();
  totals(0);
  totals(1);
  usage = [{ id: "first", cost: "0.01", totalTokens: 12 }];
  await waitFor(() => expect(arrival.current.arrival).toEqual({ cost: "0.01", tokens: 12 }));
  expect(arrival.current.count).toBe(1);
  totals(2);
  expect(arrival.current.count).toBe(2);
  // The history has it a little later than the totals.
  await act(() => new Promise<void>((resolve) => setTimeout(resolve)));
  usage = [{ id: "second", cost: "0.02", totalTokens: 34 }, ...usage];
  await waitFor(() => expect(arrival.current.arrival).toEqual({ cost: "0.02", tokens: 34 }));
  // Totals that say the same again are no call.
  totals(2);
  expect(arrival.current.count).toBe(2);
});
