import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { useEvents } from "./stream";

class Source extends EventTarget {
  static all: Source[] = [];
  static readonly CLOSED = 2;
  closed = false;
  readyState = 0;

  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }

  close() {
    this.closed = true;
  }
}

let visibility = "visible";

/** What is answered to whoever asks why there is no stream. */
let why: () => Response = () => new Response(null, { status: 503 });
let asked: string[] = [];
let client = new QueryClient();

const listen = (onEvent: (data: string) => void = () => undefined, onOpen?: () => void) =>
  renderHook(() => useEvents("/stream", "totals", onEvent, onOpen), {
    wrapper: ({ children }: { children: ReactNode }) => createElement(QueryClientProvider, { client }, children),
  });

const begins = (source: Source | undefined) => act(() => void source!.dispatchEvent(new Event("open")));

/** The browser gives it up; why is found out in turns of its own. */
const refuse = async (source: Source | undefined) => {
  act(() => {
    source!.readyState = Source.CLOSED;
    source!.dispatchEvent(new Event("error"));
  });
  await act(() => vi.advanceTimersByTimeAsync(0));
};

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

const see = (state: "visible" | "hidden") =>
  act(() => {
    visibility = state;
    document.dispatchEvent(new Event("visibilitychange"));
  });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility as DocumentVisibilityState);
  vi.stubGlobal("fetch", ({ url }: Request) => {
    asked.push(new URL(url).pathname);
    return Promise.resolve(why());
  });
  Source.all = [];
  visibility = "visible";
  why = () => new Response(null, { status: 503 });
  asked = [];
  client = new QueryClient();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("what is told arrives, and the stream ends with the component", () => {
  const told: string[] = [];
  const { result, unmount } = listen((data) => void told.push(data));
  const [source] = Source.all;
  expect(result.current).toBe("connecting");
  act(() => void source!.dispatchEvent(new Event("open")));
  act(() => void source!.dispatchEvent(new MessageEvent("totals", { data: "1" })));
  expect(result.current).toBe("live");
  expect(told).toEqual(["1"]);
  unmount();
  expect(source!.closed).toBe(true);
});

test("what happened before a stream began, the first or one of a page that is seen again, is asked for", () => {
  const onOpen = vi.fn();
  listen(undefined, onOpen);
  begins(Source.all[0]);
  expect(onOpen).toHaveBeenCalledTimes(1);
  see("hidden");
  vi.advanceTimersByTime(5000);
  see("visible");
  expect(Source.all).toHaveLength(1);
  expect(onOpen).toHaveBeenCalledTimes(1);
  see("hidden");
  vi.advanceTimersByTime(10_000);
  expect(Source.all[0]!.closed).toBe(true);
  see("visible");
  expect(Source.all).toHaveLength(2);
  begins(Source.all[1]);
  expect(onOpen).toHaveBeenCalledTimes(2);
});

test("a page that is opened behind another has no stream before it is looked at", () => {
  visibility = "hidden";
  listen();
  vi.advanceTimersByTime(60_000);
  expect(Source.all).toHaveLength(0);
  see("visible");
  expect(Source.all).toHaveLength(1);
});

test("a stream that does not come is asked for again, once, and not while nobody looks", async () => {
  const { result, unmount } = listen();
  await refuse(Source.all[0]);
  expect(result.current).toBe("broken");
  await wait(4_900);
  expect(Source.all).toHaveLength(1);
  await wait(5_100);
  expect(Source.all).toHaveLength(2);
  begins(Source.all[1]);
  expect(result.current).toBe("live");
  // What the browser itself comes back from is left to it.
  act(() => void Source.all[1]!.dispatchEvent(new Event("error")));
  await wait(60_000);
  expect(Source.all).toHaveLength(2);
  await refuse(Source.all[1]);
  see("hidden");
  await wait(60_000);
  expect(Source.all).toHaveLength(2);
  see("visible");
  expect(Source.all).toHaveLength(3);
  await refuse(Source.all[2]);
  unmount();
  await wait(60_000);
  expect(Source.all).toHaveLength(3);
});

test("the longer it does not come, the seldomer it is asked for, until it does", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  listen();
  for (const ms of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
    const before = Source.all.length;
    await refuse(Source.all.at(-1));
    await wait(ms - 1);
    expect(Source.all).toHaveLength(before);
    await wait(1);
    expect(Source.all).toHaveLength(before + 1);
  }
  begins(Source.all.at(-1));
  await refuse(Source.all.at(-1));
  const before = Source.all.length;
  await wait(5_000);
  expect(Source.all).toHaveLength(before + 1);
});

test.each([403, 404])("what one may not see, or see any more (%i), is not asked for again, and who one is by now is", async (status) => {
  client.setQueryData(sessionQuery.queryKey, { id: "ann" } as User);
  const look = vi.spyOn(client, "refetchQueries");
  const { result } = listen();
  why = () => Response.json({ detail: "There is no such team." }, { status });
  await refuse(Source.all[0]);
  expect(result.current).toBe("refused");
  expect(look).toHaveBeenCalledWith({ queryKey: sessionQuery.queryKey }, expect.anything());
  see("hidden");
  see("visible");
  await wait(600_000);
  expect(Source.all).toHaveLength(1);
  expect(asked).toEqual(["/stream"]);
});

test("whoever is signed out is told so as elsewhere, and listens again once they are signed in", async () => {
  const told = vi.fn();
  client.getQueryCache().config.onError = told;
  const { result } = listen();
  why = () => Response.json({ detail: "The session has ended." }, { status: 401 });
  await refuse(Source.all[0]);
  expect(told).toHaveBeenCalledTimes(1);
  expect(result.current).toBe("broken");
  await wait(600_000);
  expect(Source.all).toHaveLength(1);
  act(() => void client.setQueryData(sessionQuery.queryKey, { id: "ann" } as User));
  expect(Source.all).toHaveLength(2);
  begins(Source.all[1]);
  expect(result.current).toBe("live");
});

test("a stream that would come by now is not left open by whoever asked why it did not", async () => {
  let signal: AbortSignal | undefined;
  vi.stubGlobal("fetch", (_: Request, options: RequestInit) => {
    signal = options.signal!;
    return Promise.resolve(new Response(new ReadableStream()));
  });
  listen();
  await refuse(Source.all[0]);
  expect(signal?.aborted).toBe(true);
  await wait(10_000);
  expect(Source.all).toHaveLength(2);
});
