import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dismissAbout, dismissKind, toast, Toasts } from "./toast";

/** Far longer than any message is shown that goes by itself. */
const LONG_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <>
      <button>on the page</button>
      <Toasts />
    </>,
  );
});

afterEach(() => {
  while (screen.queryAllByLabelText("Dismiss").length > 0) {
    fireEvent.click(screen.getAllByLabelText("Dismiss")[0]!);
  }
  vi.useRealTimers();
});

const say = (...what: Parameters<typeof toast>) => act(() => toast(...what));
const wait = () =>
  act(() => {
    vi.advanceTimersByTime(LONG_MS);
  });
const messageOf = (text: string) => screen.getByText(text).closest("[data-toast]")!;

test("what is done goes by itself, and what went wrong waits until it is put away", () => {
  say("It is saved.");
  say("A budget is nearly spent.", "warning");
  say("A budget is exceeded.", "critical");
  wait();
  expect(screen.queryByText("It is saved.")).toBeNull();
  expect(screen.getByText("A budget is nearly spent.")).toBeTruthy();
  fireEvent.click(messageOf("A budget is exceeded.").querySelector("button")!);
  expect(screen.queryByText("A budget is exceeded.")).toBeNull();
  expect(screen.getByText("A budget is nearly spent.")).toBeTruthy();
});

test("what is read with the pointer over it does not go meanwhile", () => {
  say("It is saved.");
  fireEvent.pointerEnter(messageOf("It is saved."));
  wait();
  fireEvent.pointerLeave(messageOf("It is saved."));
  expect(screen.getByText("It is saved.")).toBeTruthy();
  wait();
  expect(screen.queryByText("It is saved.")).toBeNull();
});

test("what has the focus does not go meanwhile", () => {
  say("It is saved.");
  act(() => screen.getByLabelText("Dismiss").focus());
  wait();
  expect(screen.getByText("It is saved.")).toBeTruthy();
  act(() => screen.getByText("on the page").focus());
  wait();
  expect(screen.queryByText("It is saved.")).toBeNull();
});

test("however much is said after it, what went wrong stays; said again, it stands there once", () => {
  say("A budget is exceeded.", "critical");
  for (const number of [1, 2, 3, 4]) {
    say(`Saved ${number}`);
  }
  say("A budget is exceeded.", "critical");
  expect(screen.getAllByText("A budget is exceeded.")).toHaveLength(1);
  expect(screen.queryByText("Saved 1")).toBeNull();
  expect(screen.getByText("Saved 2")).toBeTruthy();
});

test("what was said about something goes once that is seen to", () => {
  say("A budget is exceeded.", "critical", "alert:a");
  say("Another is exceeded.", "critical", "alert:b");
  act(() => dismissAbout("alert:a"));
  expect(screen.queryByText("A budget is exceeded.")).toBeNull();
  expect(screen.getByText("Another is exceeded.")).toBeTruthy();
});

test("what was said about an account that is left goes, and what else was said stays", () => {
  say("A budget is exceeded.", "critical", "alert:a");
  say("It could not be saved.", "critical");
  act(() => dismissKind("alert:"));
  expect(screen.queryByText("A budget is exceeded.")).toBeNull();
  expect(screen.getByText("It could not be saved.")).toBeTruthy();
});

test("whoever puts messages away by keyboard goes on to the next, and from the last back to where they were", () => {
  say("One is exceeded.", "critical");
  say("Another is exceeded.", "critical");
  act(() => screen.getByText("on the page").focus());
  const first = messageOf("One is exceeded.").querySelector("button")!;
  act(() => first.focus());
  fireEvent.click(first);
  const other = messageOf("Another is exceeded.").querySelector("button")!;
  expect(document.activeElement).toBe(other);
  fireEvent.click(other);
  expect(document.activeElement).toBe(screen.getByText("on the page"));
});

test("Escape puts away the message that has the focus, and no other", () => {
  say("One is exceeded.", "critical");
  say("Another is exceeded.", "critical");
  const button = messageOf("One is exceeded.").querySelector("button")!;
  act(() => button.focus());
  fireEvent.keyDown(button, { key: "Escape" });
  expect(screen.queryByText("One is exceeded.")).toBeNull();
  expect(screen.getByText("Another is exceeded.")).toBeTruthy();
});
