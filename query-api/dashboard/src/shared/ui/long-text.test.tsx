import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { LongText } from "./long-text";

const shown = () => screen.getByTestId("box").firstChild!.textContent;

test("of a long text as much is laid out as is asked for, and no character is cut in two", async () => {
  const text = `${"x".repeat(9_999)}😀${"y".repeat(10_000)}`;
  render(
    <pre data-testid="box">
      <LongText text={text} />
    </pre>,
  );
  expect(shown()).toBe("x".repeat(9_999));
  await userEvent.click(screen.getByRole("button", { name: "Show more of 10,001 further characters" }));
  expect(shown()).toBe(text.slice(0, 20_000));
  await userEvent.click(screen.getByRole("button", { name: "Show more of 1 further characters" }));
  expect(screen.getByTestId("box").textContent).toBe(text);
});

test("what is short is there at once", () => {
  render(
    <pre data-testid="box">
      <LongText text="short" />
    </pre>,
  );
  expect(screen.getByTestId("box").textContent).toBe("short");
  expect(screen.queryByRole("button")).toBeNull();
});
