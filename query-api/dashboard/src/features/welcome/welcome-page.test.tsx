import { act, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { WelcomePage } from "./welcome-page";

afterEach(() => vi.unstubAllGlobals());

class Source extends EventTarget {
  static newest: Source;
  static readonly CLOSED = 2;
  readyState = 0;

  constructor() {
    super();
    Source.newest = this;
  }

  close() {}
}

function open(hasKey: boolean, usage: readonly object[], answer: () => Response = () => Response.json({ usage, nextCursor: null })) {
  vi.stubGlobal("fetch", () => Promise.resolve(answer()));
  vi.stubGlobal("EventSource", Source);
  const component = () => <WelcomePage makeKey={() => Promise.resolve("pm_1")} hasKey={hasKey} hasBudget={false} wizard={() => null} />;
  openPage("/welcome?team=acme&zone=UTC", [{ path: "/welcome", component }]);
}

test("what was done before is done after a reload too: a key is there, and the last event is shown", async () => {
  open(true, [{ id: "e1", time: "2026-11-26T14:00:00Z", cost: "0.25", totalTokens: 1200 }]);
  expect((await screen.findByText("Events have come,")).parentElement!.textContent).toContain("1,200 tokens for $0.25");
  expect(screen.queryByText(/Listening for it/)).toBeNull();
  expect(screen.getAllByLabelText("Done")).toHaveLength(3);
  expect(screen.getByRole("button", { name: "Create another key" })).toBeTruthy();
});

test("each call that comes is told anew, with its model, its time and how many there were", async () => {
  const usage = [{ id: "e1", time: "2026-11-26T14:00:01Z", model: "gpt-4o-mini", cost: "0.25", totalTokens: 1200 }];
  const totals = (runs: number) => act(() => void Source.newest.dispatchEvent(new MessageEvent("totals", { data: JSON.stringify({ month: { runs } }) })));
  let listed: object[] = [];
  open(true, [], () => Response.json({ usage: listed, nextCursor: null }));
  await screen.findByText(/Listening for it/);
  totals(0);
  listed = usage;
  totals(1);
  const first = (await screen.findByText("It is here:")).closest("[data-testid=arrival]")!;
  expect(first.textContent).toContain("gpt-4o-mini at Nov 26, 2026");
  expect(first.textContent).not.toContain("the last of");
  listed = [{ ...usage[0], id: "e2", time: "2026-11-26T14:00:09Z" }, ...usage];
  totals(2);
  expect((await screen.findByText(/, the last of 2 since this page was opened/)).textContent).toContain("gpt-4o-mini at Nov 26, 2026");
  expect(await screen.findByText(/2:00:09/)).toBeTruthy();
});

test("where there is nothing yet, nothing is done", async () => {
  open(false, []);
  expect(await screen.findByText(/Listening for it/)).toBeTruthy();
  expect(screen.queryByLabelText("Done")).toBeNull();
  expect(screen.getByRole("button", { name: "Create a key" })).toBeTruthy();
});

test("while the server does not answer, nobody is told that it is listened, and it goes on by itself", async () => {
  let isAway = true;
  open(false, [], () =>
    isAway
      ? Response.json({ detail: "The database does not answer." }, { status: 503 })
      : Response.json({ usage: [{ id: "e1", time: "2026-11-26T14:00:00Z", cost: "0.25", totalTokens: 1200 }], nextCursor: null }),
  );
  expect(await screen.findByText(/Nothing can be seen arriving just now\. The database does not answer\./)).toBeTruthy();
  expect(screen.queryByText(/Listening for it/)).toBeNull();
  isAway = false;
  expect(await screen.findByText("Events have come,")).toBeTruthy();
});

test("a live connection that is down is told, until it stands again", async () => {
  open(false, []);
  expect(await screen.findByText(/Listening for it/)).toBeTruthy();
  act(() => void Source.newest.dispatchEvent(new Event("error")));
  expect(await screen.findByText(/The live connection is down just now/)).toBeTruthy();
  expect(screen.queryByText(/Listening for it/)).toBeNull();
  act(() => void Source.newest.dispatchEvent(new Event("open")));
  expect(await screen.findByText(/Listening for it/)).toBeTruthy();
});
