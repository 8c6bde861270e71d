import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { lazy, Suspense, useState } from "react";
import { expect, test, vi } from "vitest";
import { ConfirmDialog } from "./confirm-dialog";
import { Dialog } from "./dialog";
import { TextField } from "./field";
import { FormDialog } from "./form-dialog";
import { Menu, MenuItem } from "./menu";
import { Tabs } from "./tabs";

const focused = () => document.activeElement;
const button = (name: string) => screen.getByRole("button", { name });
const idle = { mutate: vi.fn(), isPending: false, error: null };

/** What is done once a dialog has gone is done from the next turn on. */
const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

function Form({ onClose, onSubmit = onClose }: { onClose: () => void; onSubmit?: () => void }) {
  return (
    <FormDialog title="A key" submit="Make it" busy={false} error={null} onSubmit={onSubmit} onClose={onClose}>
      <TextField label="Name" defaultValue="CI" />
    </FormDialog>
  );
}

const Lazy = lazy(() => Promise.resolve({ default: Form }));

function Opened({ isLazy = false }: { isLazy?: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const Shown = isLazy ? Lazy : Form;
  return (
    <main tabIndex={-1}>
      <button onClick={() => setOpen(true)}>Add</button>
      <Menu trigger={<button>More</button>}>
        <MenuItem onSelect={() => setOpen(true)}>Add one</MenuItem>
      </Menu>
      {isOpen && (
        <Suspense fallback={null}>
          <Shown onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </main>
  );
}

const WAYS: [string, () => Promise<unknown>][] = [
  ["Escape", () => userEvent.keyboard("{Escape}")],
  ["Cancel", () => userEvent.click(button("Cancel"))],
  ["its X", () => userEvent.click(button("Close"))],
  ["being done", () => userEvent.keyboard("{Enter}")],
];

test.each(WAYS)("a dialog that is left by %s gives the focus back to what opened it", async (_, leave) => {
  render(<Opened />);
  await userEvent.click(button("Add"));
  await waitFor(() => expect(focused()).toBe(screen.getByLabelText("Name")));
  await leave();
  await turns();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(focused()).toBe(button("Add"));
});

test.each([
  ["at once", false],
  ["once it is loaded", true],
])("a dialog that was chosen in a menu, and opens %s, has the focus, and gives it back to the menu's button", async (_, isLazy) => {
  render(<Opened isLazy={isLazy} />);
  button("More").focus();
  await userEvent.keyboard("{Enter}");
  (await screen.findByRole("menuitem")).focus();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(focused()).toBe(screen.getByLabelText("Name")));
  await turns();
  expect(focused()).toBe(screen.getByLabelText("Name"));
  expect(screen.queryByRole("menu")).toBeNull();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(focused()).toBe(button("More")));
});

test("a dialog that comes in the place of another gives the focus back to what opened the first", async () => {
  const Both = () => {
    const [step, setStep] = useState(0);
    return (
      <>
        <button onClick={() => setStep(1)}>Add</button>
        {step === 1 && <Form onClose={() => setStep(0)} onSubmit={() => setStep(2)} />}
        {step === 2 && (
          <Dialog open isOnce onClose={() => setStep(0)} title="Copy your key now">
            <button>Copy</button>
          </Dialog>
        )}
      </>
    );
  };
  render(<Both />);
  await userEvent.click(button("Add"));
  await userEvent.click(button("Make it"));
  await turns();
  expect(focused()).toBe(button("Copy"));
  await userEvent.keyboard("{Escape}");
  await userEvent.click(button("Close all the same"));
  await turns();
  expect(focused()).toBe(button("Add"));
});

test("where what opened a dialog is gone, the focus goes to the heading of what it stood in", async () => {
  const Rows = () => {
    const [row, setRow] = useState<"there" | "asked" | "gone">("there");
    return (
      <main tabIndex={-1}>
        <section>
          <h2>Keys</h2>
          {row !== "gone" && <button onClick={() => setRow("asked")}>Delete</button>}
        </section>
        {row === "asked" && <Form onClose={() => setRow("gone")} />}
      </main>
    );
  };
  render(<Rows />);
  await userEvent.click(button("Delete"));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(focused()).toBe(screen.getByText("Keys")));
});

test("a form begins at the first field that can be filled in, with what is in it marked", () => {
  render(
    <FormDialog title="Your password" submit="Change it" busy={false} error={null} onSubmit={vi.fn()} onClose={vi.fn()}>
      <input aria-label="Hidden" hidden />
      <TextField label="E-mail" readOnly value="ann@example.com" />
      <fieldset disabled>
        <TextField label="Kind" />
      </fieldset>
      <TextField label="Name" defaultValue="CI" />
    </FormDialog>,
  );
  const field = screen.getByLabelText<HTMLInputElement>("Name");
  expect(focused()).toBe(field);
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, 2]);
});

test("a form of several parts begins at the part that is shown, and one with another beginning at that", () => {
  const { unmount } = render(
    <Dialog open isForm onClose={vi.fn()} title="Triggers">
      <Tabs label="What runs it" initial="api" tabs={["schedule", "api"].map((id) => ({ id, label: id, content: <input aria-label={id} /> }))} />
    </Dialog>,
  );
  expect(focused()).toBe(screen.getByRole("tab", { name: "api" }));
  unmount();
  render(
    <Dialog open isForm onClose={vi.fn()} title="Sign in again">
      <input aria-label="E-mail" />
      <input aria-label="Password" autoFocus />
    </Dialog>,
  );
  expect(focused()).toBe(screen.getByLabelText("Password"));
});

test("whoever is asked begins at the button that does nothing, and is back where they were", async () => {
  const Asked = () => {
    const [isAsked, setAsked] = useState(false);
    return (
      <>
        <button onClick={() => setAsked(true)}>Delete</button>
        {isAsked && (
          <ConfirmDialog title="Delete it?" change={idle} of="it" onClose={() => setAsked(false)}>
            It is gone then.
          </ConfirmDialog>
        )}
      </>
    );
  };
  render(<Asked />);
  await userEvent.click(button("Delete"));
  expect(focused()).toBe(button("Keep it"));
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(focused()).toBe(button("Delete")));
  expect(idle.mutate).not.toHaveBeenCalled();
});
