import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { SideMenu } from "./side-menu";

function Narrow() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button onClick={() => setOpen(true)}>Menu</button>
      {isOpen && (
        <SideMenu onClose={() => setOpen(false)}>
          <a href="#usage" onClick={() => setOpen(false)}>
            Usage
          </a>
        </SideMenu>
      )}
    </>
  );
}

test("the menu of a narrow window gives the focus back to its button, but not once a page is picked, which begins then", async () => {
  render(<Narrow />);
  const button = screen.getByText("Menu");
  await userEvent.click(button);
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(document.activeElement).toBe(button));
  await userEvent.click(button);
  await userEvent.click(screen.getByText("Usage"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(document.body);
});
