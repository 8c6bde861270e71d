import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Dialog } from "./dialog";
import { toast, Toasts } from "./toast";

function open(isOnce: boolean) {
  const onClose = vi.fn();
  render(
    <>
      <p>beside</p>
      <Dialog open isOnce={isOnce} onClose={onClose} title="Copy your key now">
        pm_key
      </Dialog>
      <Toasts />
    </>,
  );
  return onClose;
}

/** Whoever listens outside of a dialog does so from the next turn on. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

const click = (target: Element) => {
  fireEvent.pointerDown(target, { button: 0, pointerType: "mouse" });
  fireEvent.click(target);
};

test("a click beside a dialog closes it", async () => {
  const onClose = open(false);
  await turn();
  click(screen.getByText("beside"));
  expect(onClose).toHaveBeenCalledOnce();
});

test("what is never shown again is not lost by a click beside it, and is left by Escape", async () => {
  const onClose = open(true);
  await turn();
  click(screen.getByText("beside"));
  expect(onClose).not.toHaveBeenCalled();
  await userEvent.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalledOnce();
});

test("a message over a dialog is put away without it", async () => {
  const onClose = open(false);
  toast("It is saved.");
  await screen.findByText("It is saved.");
  click(screen.getByLabelText("Dismiss"));
  expect(screen.queryByText("It is saved.")).toBeNull();
  expect(onClose).not.toHaveBeenCalled();
});
