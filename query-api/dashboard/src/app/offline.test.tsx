import { onlineManager } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { OfflineBar } from "./offline";

afterEach(() => onlineManager.setOnline(true));

test("whoever is without a network is told, for as long as they are", () => {
  render(<OfflineBar />);
  expect(screen.queryByText(/You are offline/)).toBeNull();
  act(() => onlineManager.setOnline(false));
  expect(screen.getByRole("status").textContent).toContain("You are offline");
  act(() => onlineManager.setOnline(true));
  expect(screen.queryByText(/You are offline/)).toBeNull();
});
