import { createEvent, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Button, IconButton } from "./button";

test("a button that is busy keeps the focus and does nothing", async () => {
  const onClick = vi.fn();
  const { rerender } = render(<Button onClick={onClick}>Save</Button>);
  const button = screen.getByRole<HTMLButtonElement>("button", { name: "Save" });
  button.focus();
  rerender(
    <Button busy onClick={onClick}>
      Save
    </Button>,
  );
  expect(button.disabled).toBe(false);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await userEvent.keyboard("{Enter}");
  expect(onClick).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(button);
});

test("a form whose button is busy is not sent once more", () => {
  const onSubmit = vi.fn((event: { preventDefault: () => void }) => event.preventDefault());
  render(
    <form onSubmit={onSubmit}>
      <Button type="submit" busy>
        Save
      </Button>
    </form>,
  );
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(onSubmit).not.toHaveBeenCalled();
});

test("what can not be done at all is disabled", () => {
  render(<Button disabled>Save</Button>);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
});

test("a button that is only a picture keeps the focus too while it is busy, and does nothing", async () => {
  const onClick = vi.fn();
  const { rerender } = render(<IconButton label="Run" onClick={onClick} />);
  const button = screen.getByRole<HTMLButtonElement>("button", { name: "Run" });
  await userEvent.click(button);
  expect(onClick).toHaveBeenCalledOnce();
  rerender(<IconButton label="Run" busy onClick={onClick} />);
  expect(button.disabled).toBe(false);
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await userEvent.keyboard("{Enter}");
  expect(onClick).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(button);
});

test("a double click on what has work to do is one click, and where nothing is under way each counts", async () => {
  const works = vi.fn();
  const counts = vi.fn();
  const sent = vi.fn((event: { preventDefault: () => void }) => event.preventDefault());
  render(
    <>
      <Button busy={false} onClick={works}>
        Create
      </Button>
      <Button onClick={counts}>Older</Button>
      <form onSubmit={sent}>
        <Button type="submit" busy={false}>
          Invite
        </Button>
      </form>
    </>,
  );
  await userEvent.dblClick(screen.getByRole("button", { name: "Create" }));
  await userEvent.dblClick(screen.getByRole("button", { name: "Older" }));
  await userEvent.dblClick(screen.getByRole("button", { name: "Invite" }));
  expect(works).toHaveBeenCalledOnce();
  expect(counts).toHaveBeenCalledTimes(2);
  expect(sent).toHaveBeenCalledOnce();
});

test.each(["Button", "IconButton"])("a %s that costs money takes what comes right after a click for the same", (kind) => {
  const onClick = vi.fn();
  render(
    kind === "Button" ? (
      <Button costs busy={false} onClick={onClick}>
        Run
      </Button>
    ) : (
      <IconButton costs busy={false} label="Run" onClick={onClick} />
    ),
  );
  const at = (ms: number) => {
    const click = createEvent.click(screen.getByRole("button", { name: "Run" }), { detail: 1 });
    Object.defineProperty(click, "timeStamp", { value: ms });
    fireEvent(screen.getByRole("button", { name: "Run" }), click);
  };
  at(1000);
  at(1300);
  expect(onClick).toHaveBeenCalledOnce();
  at(1600);
  expect(onClick).toHaveBeenCalledTimes(2);
});
