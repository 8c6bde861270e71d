import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useIsServed } from "./served";

const seen: boolean[] = [];

function Served() {
  const isServed = useIsServed("/api/workflows");
  seen.push(isServed);
  return <p>{isServed ? "there" : "not there"}</p>;
}

/** As a visit of its own. */
function visit(status: number) {
  seen.length = 0;
  vi.stubGlobal("fetch", vi.fn(async () => new Response(null, { status })));
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <Served />
    </QueryClientProvider>,
  );
}

beforeEach(() => localStorage.clear());

afterEach(() => vi.unstubAllGlobals());

test("what is there is taken to be there before it is known, so that nothing comes late", async () => {
  visit(200);
  await waitFor(() => expect(fetch).toHaveBeenCalledOnce());
  await Promise.resolve();
  expect(screen.getByText("there")).toBeTruthy();
  expect(new Set(seen)).toEqual(new Set([true]));
});

test("what was not there on the last visit is not shown before it is known, and comes back when it is there", async () => {
  const { unmount } = visit(404);
  expect(await screen.findByText("not there")).toBeTruthy();
  unmount();
  const second = visit(404);
  await waitFor(() => expect(fetch).toHaveBeenCalledOnce());
  expect(new Set(seen)).toEqual(new Set([false]));
  second.unmount();
  const third = visit(200);
  expect(await screen.findByText("there")).toBeTruthy();
  third.unmount();
  visit(200);
  expect(seen[0]).toBe(true);
});
