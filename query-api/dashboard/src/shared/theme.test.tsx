import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { setTheme, useIsDark, useTheme, watchTheme } from "./theme";

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
  watchTheme();
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

test("what is chosen in another tab is shown in this one too", () => {
  vi.stubGlobal("matchMedia", () => Object.assign(new EventTarget(), { matches: false }));
  watchTheme();
  const shown = renderHook(() => ({ isDark: useIsDark(), theme: useTheme() })).result;
  act(() => setTheme("light"));
  const elsewhere = (key: string | null) => act(() => void window.dispatchEvent(new StorageEvent("storage", { key })));
  localStorage.setItem("theme", "dark");
  elsewhere("account");
  expect(document.documentElement.dataset.theme).toBe("light");
  elsewhere("theme");
  expect(shown.current).toEqual({ isDark: true, theme: "dark" });
  localStorage.clear();
  elsewhere(null);
  expect(shown.current).toEqual({ isDark: false, theme: "system" });
});
