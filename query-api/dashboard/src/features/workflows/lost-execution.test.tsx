import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useExecution } from "./use-execution";

vi.mock("@/shared/session/zone", () => ({ useZone: () => "UTC" }));

class Source extends EventTarget {
  static all: Source[] = [];
  static readonly CLOSED = 2;
  closed = false;

  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }

  close() {
    this.closed = true;
  }
}

let answer: () => Response;
let asked = 0;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("fetch", () => {
    asked++;
    return Promise.resolve(answer());
  });
  Source.all = [];
  asked = 0;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("an execution that is not there any more for whoever looks at it is not shown, nor asked for again", async () => {
  answer = () => Response.json({ id: "exe_1", status: "running", nodeExecutions: [], nextCursor: null });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const { result } = renderHook(() => useExecution("exe_1"), {
    wrapper: ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  await wait(100);
  expect(result.current.data?.id).toBe("exe_1");
  expect(Source.all.map((source) => source.url)).toEqual(["/api/workflows/executions/exe_1/stream"]);
  answer = () => Response.json({ detail: "There is no such execution." }, { status: 404 });
  act(() => void Source.all[0]!.dispatchEvent(new MessageEvent("node", { data: "{}" })));
  await wait(500);
  expect(result.current.data).toBeUndefined();
  expect(result.current.error).not.toBeNull();
  expect(Source.all[0]!.closed).toBe(true);
  const before = asked;
  await wait(60_000);
  expect(asked).toBe(before);
  expect(Source.all).toHaveLength(1);
});
