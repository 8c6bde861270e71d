import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { toast, Toasts } from "@/shared/ui/toast";
import { aboutAlert, latestQuery, useAcknowledge } from "./api";

const ACCOUNT = { key: "acme", visible: { teamId: "acme" } } as unknown as Account;

let asked: string[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", ({ method, url }: Request) => {
    const { pathname } = new URL(url);
    asked.push(`${method} ${pathname.replace("/api/token-tracking/alerts", "")}`);
    const isGone = pathname.includes("/gone/");
    return Promise.resolve(
      Response.json(isGone ? { detail: "There is no such alert" } : method === "GET" ? { alerts: [], unread: 0, nextCursor: null } : {}, { status: isGone ? 404 : 200 }),
    );
  });
});

afterEach(() => vi.unstubAllGlobals());

async function open() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => ({ list: useQuery(latestQuery(ACCOUNT)), acknowledge: useAcknowledge(ACCOUNT) }), { wrapper });
  await waitFor(() => expect(result.current.list.data).toBeDefined());
  asked = [];
  return result;
}

test("of several that are acknowledged together the list is asked for once, after the last", async () => {
  const hook = await open();
  await act(() => hook.current.acknowledge.mutateAsync(["a", "b", "c"]));
  expect(asked).toEqual(["POST /a/acknowledge", "POST /b/acknowledge", "POST /c/acknowledge", "GET "]);
});

test("where one is refused, those before it are shown as they are now", async () => {
  const hook = await open();
  await act(() => expect(hook.current.acknowledge.mutateAsync(["a", "gone", "c"])).rejects.toThrow("There is no such alert"));
  expect(asked).toEqual(["POST /a/acknowledge", "POST /gone/acknowledge", "GET "]);
});

test("what was said over the page of an alert goes once it is acknowledged, and stays where that was refused", async () => {
  const hook = await open();
  render(<Toasts />);
  act(() => toast("One is exceeded", "critical", aboutAlert("a")));
  act(() => toast("Another is exceeded", "critical", aboutAlert("gone")));
  await act(() => expect(hook.current.acknowledge.mutateAsync(["a", "gone"])).rejects.toThrow("There is no such alert"));
  expect(screen.queryByText("One is exceeded")).toBeNull();
  expect(screen.getByText("Another is exceeded")).toBeTruthy();
});
