import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { CopyButton } from "./copy";
import { Toasts } from "./toast";

afterEach(() => vi.unstubAllGlobals());

function open(clipboard: unknown) {
  vi.stubGlobal("navigator", { ...navigator, clipboard });
  render(
    <>
      <CopyButton text="pm_key" />
      <Toasts />
    </>,
  );
  fireEvent.click(screen.getByRole("button", { name: "Copy" }));
}

test("what is copied is said to be", async () => {
  const writeText = vi.fn(() => Promise.resolve());
  open({ writeText });
  expect(await screen.findByRole("button", { name: "Copied" })).toBeTruthy();
  expect(writeText).toHaveBeenCalledWith("pm_key");
});

test.each([
  ["there is no clipboard, as without a secure connection", undefined],
  ["it is refused", { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) }],
])("where %s, that is said, and nothing is said to be copied", async (_, clipboard) => {
  open(clipboard);
  expect(await screen.findByText(/Mark the text and copy it yourself/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Copied" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
});
