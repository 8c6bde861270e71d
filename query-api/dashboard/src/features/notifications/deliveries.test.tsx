import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import { deliveriesQuery, useTryChannel, type Channel } from "./api";
import { DeliveriesDialog } from "./deliveries-dialog";

const ACCOUNT = { key: "me", name: "Personal", params: { userId: "ann" }, mayManage: true } as unknown as Account;

const CHANNEL = { id: "ch_1", name: "On call", kind: "webhook" } as unknown as Channel;

const FAILED = { id: "d_1", title: "A budget is used up", status: "failed", test: false, createdAt: "2026-11-26T14:00:00Z", attemptCount: 1, attempts: [] };

afterEach(() => vi.unstubAllGlobals());

test("the log of a channel that a test was sent on is asked for anew", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ delivered: true, durationMs: 1 })));
  const client = new QueryClient();
  const key = deliveriesQuery(ACCOUNT, "ch_1", null).queryKey;
  client.setQueryData(key, { pages: [], pageParams: [] });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useTryChannel(ACCOUNT), { wrapper });
  act(() => result.current.mutate("ch_1"));
  await waitFor(() => expect(client.getQueryState(key)?.isInvalidated).toBe(true));
});

test("what is sent once more keeps the focus at its button while it is on its way, and is not sent twice", async () => {
  let status = "failed";
  const sent: string[] = [];
  vi.stubGlobal("fetch", ({ method, url }: Request) => {
    if (method === "POST") {
      sent.push(new URL(url).pathname);
      status = "pending";
    }
    return Promise.resolve(Response.json(method === "POST" ? {} : { deliveries: [{ ...FAILED, status }], nextCursor: null }));
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DeliveriesDialog account={ACCOUNT} channel={CHANNEL} onClose={() => undefined} />
    </QueryClientProvider>,
  );
  const resend = await screen.findByRole<HTMLButtonElement>("button", { name: "Resend: A budget is used up" });
  await userEvent.click(resend);
  expect(await screen.findByText("On its way", { selector: "span" })).toBeTruthy();
  expect(document.activeElement).toBe(resend);
  expect(resend.getAttribute("aria-disabled")).toBe("true");
  await userEvent.click(resend);
  expect(sent).toEqual(["/api/users/me/notification-channels/ch_1/deliveries/d_1/resend"]);
});

test("what is on its way is looked for until it has arrived", () => {
  const { refetchInterval } = deliveriesQuery(ACCOUNT, "ch_1", null);
  const interval = (status: string) =>
    typeof refetchInterval === "function" && refetchInterval({ state: { data: { pages: [{ deliveries: [{ ...FAILED, status }] }] } } } as never);
  expect(interval("pending")).toBeGreaterThan(0);
  expect(interval("delivered")).toBe(false);
});

test.each([
  [true, "503, not taken"],
  [false, "503, to be tried again"],
])("of a test (%s) that a server was too busy for, it is said %s", async (isTest, said) => {
  const attempts = [{ number: 1, startedAt: "2026-11-26T14:00:00Z", durationMs: 20, status: 503, outcome: "retry", response: null }];
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ deliveries: [{ ...FAILED, test: isTest, attempts }], nextCursor: null })));
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DeliveriesDialog account={ACCOUNT} channel={CHANNEL} onClose={() => undefined} />
    </QueryClientProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: /^A budget is used up/ }));
  expect(screen.getByText(/20 ms/).textContent).toContain(said);
});
