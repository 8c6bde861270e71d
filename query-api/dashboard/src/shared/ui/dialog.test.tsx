import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Dialog } from "./dialog";
import { FormDialog } from "./form-dialog";
import { OnceShown } from "./snippet";
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

test("what is never shown again is not lost by a click beside it, and who leaves it by Escape is asked", async () => {
  const onClose = open(true);
  await turn();
  click(screen.getByText("beside"));
  expect(onClose).not.toHaveBeenCalled();
  await userEvent.keyboard("{Escape}");
  expect(onClose).not.toHaveBeenCalled();
  expect(screen.getByText(/^It is not copied yet/)).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Back to it" }));
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByText(/^It is not copied yet/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  await userEvent.click(screen.getByRole("button", { name: "Close all the same" }));
  expect(onClose).toHaveBeenCalledOnce();
});

test("once it is copied, by its button or by one's own keys, it is left without a question", async () => {
  const user = userEvent.setup();
  const onClose = vi.fn();
  render(
    <Dialog open isOnce onClose={onClose} title="Copy your key now">
      <OnceShown text="pm_key" testId="key" />
    </Dialog>,
  );
  await user.click(screen.getByRole("button", { name: "Copy" }));
  await screen.findByRole("button", { name: "Copied" });
  await user.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalledOnce();
  cleanup();
  render(
    <Dialog open isOnce onClose={onClose} title="Copy your key now">
      <OnceShown text="pm_key" testId="key" />
    </Dialog>,
  );
  fireEvent.copy(screen.getByTestId("key"));
  await user.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalledTimes(2);
});

test("what was put into a form is not lost by a click beside it; one that nobody touched is closed", async () => {
  const onClose = vi.fn();
  render(
    <>
      <p>beside</p>
      <FormDialog title="A key" submit="Make it" busy={false} error={null} onSubmit={vi.fn()} onClose={onClose}>
        <input aria-label="Name" />
      </FormDialog>
    </>,
  );
  await turn();
  click(screen.getByText("beside"));
  expect(onClose).toHaveBeenCalledOnce();
  await userEvent.type(screen.getByLabelText("Name"), "CI");
  click(screen.getByText("beside"));
  expect(onClose).toHaveBeenCalledOnce();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(onClose).toHaveBeenCalledTimes(2);
});

test("a row that a button of a form has added counts as put in", async () => {
  const onClose = vi.fn();
  render(
    <>
      <p>beside</p>
      <FormDialog title="A budget" submit="Save" busy={false} error={null} onSubmit={vi.fn()} onClose={onClose}>
        <button type="button">Add a threshold</button>
      </FormDialog>
    </>,
  );
  await turn();
  await userEvent.click(screen.getByRole("button", { name: "Add a threshold" }));
  click(screen.getByText("beside"));
  expect(onClose).not.toHaveBeenCalled();
});

test("a message over a dialog is put away without it", async () => {
  const onClose = open(false);
  toast("It is saved.");
  await screen.findByText("It is saved.");
  click(screen.getByLabelText("Dismiss"));
  expect(screen.queryByText("It is saved.")).toBeNull();
  expect(onClose).not.toHaveBeenCalled();
});

test("a message over a dialog is reached and put away by keyboard, without the dialog, which has the focus again then", async () => {
  const onClose = vi.fn();
  render(
    <>
      <Dialog open onClose={onClose} title="A budget">
        <input aria-label="Limit" />
      </Dialog>
      <Toasts />
    </>,
  );
  await turn();
  act(() => {
    toast("One is exceeded.", "critical");
    toast("Another is exceeded.", "critical");
  });
  const field = screen.getByLabelText("Limit");
  act(() => field.focus());
  await userEvent.keyboard("{F8}");
  expect(document.activeElement?.closest("[data-toast]")?.textContent).toBe("Another is exceeded.");
  await userEvent.keyboard("{F8}");
  expect(document.activeElement).toBe(field);
  await userEvent.keyboard("{F8}{Escape}");
  expect(screen.queryByText("Another is exceeded.")).toBeNull();
  expect(document.activeElement?.closest("[data-toast]")?.textContent).toBe("One is exceeded.");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByText("One is exceeded.")).toBeNull();
  expect(document.activeElement).toBe(field);
  expect(onClose).not.toHaveBeenCalled();
});
