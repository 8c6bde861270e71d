import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Intents } from "@/shared/api/intents";
import { runScratch } from "@/shared/api/scratch";
import type { Account } from "@/shared/session/account";
import { useExecutionAction, useTrigger, type ExecutionAction } from "./api";

afterEach(() => vi.unstubAllGlobals());

function inClient<T>(use: () => T) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  return renderHook(use, { wrapper }).result;
}

/** The keys of what is sent, of which the first finds no server. */
function keys(path: RegExp): (string | null)[] {
  const sent: (string | null)[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    if (!path.test(pathname)) {
      return Promise.resolve(Response.json({ success: true, workflows: [], workflow: { id: "wf_9" } }));
    }
    sent.push(request.headers.get("Idempotency-Key"));
    return sent.length === 1 ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(Response.json({ success: true, executionId: "exe_1", replayed: false }, { status: 202 }));
  });
  return sent;
}

async function threeTimes(send: () => Promise<unknown>): Promise<void> {
  await act(() => send().catch(() => undefined));
  await act(send);
  await act(send);
}

function expectOneThenAnother(sent: readonly (string | null)[]): void {
  expect(sent[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(sent[1]).toBe(sent[0]);
  expect(sent[2]).toMatch(/^[0-9a-f]{32}$/);
  expect(sent[2]).not.toBe(sent[0]);
}

test("a run whose answer was lost is the same run when it is asked for again, and the next is another", async () => {
  const sent = keys(/trigger$/);
  const hook = inClient(useTrigger);
  await threeTimes(() => hook.current.mutateAsync({ id: "wf_1", version: 1, triggerData: { name: "Ada" } }));
  expectOneThenAnother(sent);
});

test.each<ExecutionAction>(["resume", "resume-newest", "rerun", "rerun-newest"])("so it is with %s", async (action) => {
  const sent = keys(/(resume|rerun)$/);
  const hook = inClient(() => useExecutionAction("exe_0"));
  await threeTimes(() => hook.current.mutateAsync(action));
  expectOneThenAnother(sent);
});

test("so it is with what a page runs as a draft of one's own", async () => {
  const sent = keys(/trigger$/);
  const account = { key: "me", params: { userId: "ada" }, userId: "ada", account: "user:ada" } as unknown as Account;
  const intents = new Intents();
  await threeTimes(() => runScratch(account, intents, { tag: "prompt-lab", name: "Lab", description: "", definition: {}, triggerData: { prompt: "Hi" } }));
  expectOneThenAnother(sent);
});
