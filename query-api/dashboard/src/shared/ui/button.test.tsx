import { fireEvent, render, screen } from "@testing-library/react";
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
