import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Hint, HintProvider } from "./hint";
import { Popover } from "./menu";

test("what is opened to be read has the focus as a whole, and opens no hint within it", async () => {
  render(
    <HintProvider>
      <Popover label="Alerts" isRead trigger={<button type="button">Open</button>}>
        <Hint text="exactly this much">
          <span tabIndex={0}>about this much</span>
        </Hint>
      </Popover>
    </HintProvider>,
  );
  screen.getByText("Open").focus();
  await userEvent.keyboard("{Enter}");
  const panel = await screen.findByRole("dialog");
  expect(document.activeElement).toBe(panel);
  expect(screen.queryByRole("tooltip")).toBeNull();
});
