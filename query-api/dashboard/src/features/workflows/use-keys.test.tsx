import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useKeys } from "./use-keys";

function Keyed({ copy }: { copy: () => void }) {
  useKeys({ c: copy });
  return <p>what a run put out</p>;
}

/** Whether the browser goes on with it itself. */
const pressed = () => fireEvent.keyDown(document.body, { key: "c", ctrlKey: true });

test("nodes are copied, but marked text is left to the browser", () => {
  const copy = vi.fn();
  render(<Keyed copy={copy} />);
  expect(pressed()).toBe(false);
  expect(copy).toHaveBeenCalledTimes(1);
  window.getSelection()!.selectAllChildren(screen.getByText("what a run put out"));
  expect(pressed()).toBe(true);
  expect(copy).toHaveBeenCalledTimes(1);
  window.getSelection()!.removeAllRanges();
  expect(pressed()).toBe(false);
});
