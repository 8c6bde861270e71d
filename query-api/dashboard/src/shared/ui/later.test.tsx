import { act, render, screen } from "@testing-library/react";
import { Component, Suspense, type ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { later } from "./later";

const Greeting = ({ name }: { name: string }) => <p>Hello {name}</p>;

/** What is loaded when the test says so. */
function asked() {
  let come!: (part: typeof Greeting) => void;
  let fail!: (error: Error) => void;
  const load = vi.fn(() => new Promise<typeof Greeting>((resolve, reject) => ((come = resolve), (fail = reject))));
  return { load, come: () => act(async () => come(Greeting)), fail: () => act(async () => fail(new Error("not there"))) };
}

class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <p>Failed: {this.state.error.message}</p> : this.props.children;
  }
}

test("its place is kept until it is loaded, without React waiting for it", async () => {
  const { load, come } = asked();
  const Later = later(load, <p>Soon</p>);
  render(
    <Suspense fallback={<p>Suspended</p>}>
      <Later name="Ann" />
    </Suspense>,
  );
  expect(screen.getByText("Soon")).toBeTruthy();
  expect(screen.queryByText("Suspended")).toBeNull();
  await come();
  expect(screen.getByText("Hello Ann")).toBeTruthy();
  expect(screen.queryByText("Soon")).toBeNull();
});

test("it is loaded before it is drawn, and then there at once", async () => {
  const { load, come } = asked();
  const Later = later(load, <p>Soon</p>);
  expect(load).toHaveBeenCalledOnce();
  await come();
  const seen: string[] = [];
  new MutationObserver(() => seen.push(document.body.textContent)).observe(document.body, { childList: true, subtree: true });
  render(<Later name="Ann" />);
  await act(() => Promise.resolve());
  expect(seen).toEqual(["Hello Ann"]);
});

test("once it is loaded, it is there at once, and not loaded again", async () => {
  const { load, come } = asked();
  const Later = later(load, <p>Soon</p>);
  const { unmount } = render(<Later name="Ann" />);
  await come();
  unmount();
  render(<Later name="Bob" />);
  expect(screen.getByText("Hello Bob")).toBeTruthy();
  expect(load).toHaveBeenCalledOnce();
});

test("what could not be loaded is told to whoever tells of errors, and asked for again with the next visit", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { load, come, fail } = asked();
  const Later = later(load, <p>Soon</p>);
  const { unmount } = render(
    <Boundary>
      <Later name="Ann" />
    </Boundary>,
  );
  await fail();
  expect(screen.getByText("Failed: not there")).toBeTruthy();
  expect(load).toHaveBeenCalledOnce();
  unmount();
  render(<Later name="Ann" />);
  await come();
  expect(screen.getByText("Hello Ann")).toBeTruthy();
  vi.restoreAllMocks();
});
