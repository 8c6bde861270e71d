import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { setTheme, useIsDark, useTheme, watchSystemTheme } from "./theme";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

test("whoever follows the system sees its theme change, and nobody else does", () => {
  let isDark = false;
  const changes = new EventTarget();
  vi.stubGlobal("matchMedia", () => ({
    get matches() {
      return isDark;
    },
    addEventListener: changes.addEventListener.bind(changes),
  }));
  const dusk = (dark: boolean) =>
    act(() => {
      isDark = dark;
      changes.dispatchEvent(new Event("change"));
    });
  watchSystemTheme();
  const shown = renderHook(() => ({ isDark: useIsDark(), theme: useTheme() })).result;
  act(() => setTheme("system"));
  expect(shown.current).toEqual({ isDark: false, theme: "system" });
  dusk(true);
  expect(shown.current).toEqual({ isDark: true, theme: "system" });
  act(() => setTheme("light"));
  expect(shown.current).toEqual({ isDark: false, theme: "light" });
  dusk(false);
  dusk(true);
  expect(shown.current).toEqual({ isDark: false, theme: "light" });
});
