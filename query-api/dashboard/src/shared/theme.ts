import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

const STORED = "theme";

const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    const value = localStorage.getItem(STORED);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

/** public/theme.js does the same before the first paint. */
function apply(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function tell(): void {
  listeners.forEach((listener) => listener());
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") {
      localStorage.removeItem(STORED);
    } else {
      localStorage.setItem(STORED, theme);
    }
  } catch {
    // Then it holds until the page is loaded anew.
  }
  apply(theme);
  tell();
}

/** Follows the system, and what is chosen in another tab. */
export function watchTheme(): void {
  const changed = () => {
    apply(stored());
    tell();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  window.addEventListener("storage", ({ key }) => {
    // Without a key, all that is stored was cleared.
    if (key === STORED || key === null) {
      changed();
    }
  });
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was chosen. */
export function useTheme(): Theme {
  return useSyncExternalStore(listen, stored);
}

/** What is shown, also where the system has changed it, as at dusk. */
export function useIsDark(): boolean {
  return useSyncExternalStore(listen, () => document.documentElement.dataset.theme === "dark");
}
