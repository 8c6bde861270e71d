import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import { Menu, MenuChoice, MenuItem } from "./menu";

const RULES = ["aria-hidden-focus", "landmark-one-main", "page-has-heading-one"];

async function open() {
  const onSelect = vi.fn();
  render(
    <main>
      <h1>Usage</h1>
      <button>beside</button>
      <Menu trigger={<button>Export</button>}>
        <MenuItem onSelect={onSelect}>CSV</MenuItem>
        <MenuChoice value="a" onChange={vi.fn()} options={[{ value: "a", label: "By model" }]} />
      </Menu>
    </main>,
  );
  screen.getByRole("button", { name: "Export" }).focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("menu");
  // Whoever listens outside of it does so from the next turn on.
  await new Promise((resolve) => setTimeout(resolve));
  return onSelect;
}

test("a page with an open menu is still a page to whoever hears it, and hides nothing that can have the focus", async () => {
  await open();
  const { violations } = await axe.run(document, { runOnly: RULES });
  expect(violations.map(({ id }) => id)).toEqual([]);
  expect(screen.getByRole("main")).toBeTruthy();
  expect(screen.getByRole("heading", { name: "Usage", level: 1 })).toBeTruthy();
});

test("Escape leaves a menu for its button, and so does what is chosen", async () => {
  const onSelect = await open();
  const button = screen.getByRole("button", { name: "Export" });
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(button));
  await userEvent.keyboard("{Enter}{Enter}");
  expect(onSelect).toHaveBeenCalledOnce();
  await waitFor(() => expect(document.activeElement).toBe(button));
});

test("a click beside a menu closes it, and leaves the focus where it was clicked", async () => {
  const onSelect = await open();
  const beside = screen.getByRole("button", { name: "beside" });
  fireEvent.pointerDown(beside, { button: 0, pointerType: "mouse" });
  beside.focus();
  await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(document.activeElement).toBe(beside);
  expect(onSelect).not.toHaveBeenCalled();
});
