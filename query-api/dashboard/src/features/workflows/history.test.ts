import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { useHistory } from "./history";

function open() {
  let now = 0;
  const clock = () => now;
  const { result } = renderHook(() => useHistory("", clock));
  return {
    value: () => result.current.value,
    canRedo: () => result.current.redo !== null,
    type: (text: string, of: string | undefined, afterMs = 100) => {
      now += afterMs;
      act(() => result.current.change((before) => before + text, of));
    },
    adjust: (text: string) => act(() => result.current.adjust(() => text)),
    undo: () => act(() => result.current.undo?.()),
    redo: () => act(() => result.current.redo?.()),
  };
}

test("a word that is typed is one step, and a pause, another field and what is no typing begin the next", () => {
  const history = open();
  [..."label"].forEach((letter) => history.type(letter, "label"));
  history.type("!", "label", 2000);
  history.type("?", "name");
  history.type("+", undefined);
  history.type("+", undefined);
  const seen: string[] = [];
  for (let i = 0; i < 6; i++) {
    seen.push(history.value());
    history.undo();
  }
  expect(seen).toEqual(["label!?++", "label!?+", "label!?", "label!", "label", ""]);
});

test("what is typed after a step back is a step of its own, and what was ahead is gone", () => {
  const history = open();
  history.type("a", "label");
  history.type("b", undefined);
  history.undo();
  history.type("c", "label");
  expect([history.value(), history.canRedo()]).toEqual(["ac", false]);
  history.undo();
  expect(history.value()).toBe("a");
  history.redo();
  expect(history.value()).toBe("ac");
});

test("what is dragged is one step, wherever it came by, and what changes nothing is none", () => {
  const history = open();
  history.type("at", undefined);
  history.adjust("farther");
  history.adjust("there");
  history.type("", "label");
  history.undo();
  expect(history.value()).toBe("");
});

test("there are a hundred steps back", () => {
  const history = open();
  Array.from({ length: 120 }, () => history.type("x", undefined));
  Array.from({ length: 120 }, () => history.undo());
  expect(history.value()).toBe("x".repeat(20));
});
