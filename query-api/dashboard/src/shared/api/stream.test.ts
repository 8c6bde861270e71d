import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
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

const see = (state: "visible" | "hidden") =>
  act(() => {
    visibility = state;
    document.dispatchEvent(new Event("visibilitychange"));
  });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility as DocumentVisibilityState);
  Source.all = [];
  visibility = "visible";
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("what is told arrives, and the stream ends with the component", () => {
  const told: string[] = [];
  const { result, unmount } = renderHook(() => useEvents("/stream", "totals", (data) => told.push(data)));
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
  renderHook(() => useEvents("/stream", "alert", () => undefined, onOpen));
  const begins = (source: Source | undefined) => act(() => void source!.dispatchEvent(new Event("open")));
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

test("a stream that is refused is asked for again, once, and not while nobody looks", () => {
  const { result, unmount } = renderHook(() => useEvents("/stream", "totals", () => undefined));
  const refuse = (source: Source | undefined) =>
    act(() => {
      source!.readyState = Source.CLOSED;
      source!.dispatchEvent(new Event("error"));
    });
  refuse(Source.all[0]);
  expect(result.current).toBe("broken");
  vi.advanceTimersByTime(4_900);
  expect(Source.all).toHaveLength(1);
  vi.advanceTimersByTime(5_100);
  expect(Source.all).toHaveLength(2);
  act(() => void Source.all[1]!.dispatchEvent(new Event("open")));
  expect(result.current).toBe("live");
  // What the browser itself comes back from is left to it.
  act(() => void Source.all[1]!.dispatchEvent(new Event("error")));
  vi.advanceTimersByTime(60_000);
  expect(Source.all).toHaveLength(2);
  refuse(Source.all[1]);
  see("hidden");
  vi.advanceTimersByTime(60_000);
  expect(Source.all).toHaveLength(2);
  see("visible");
  expect(Source.all).toHaveLength(3);
  refuse(Source.all[2]);
  unmount();
  vi.advanceTimersByTime(60_000);
  expect(Source.all).toHaveLength(3);
});
