import { useSyncExternalStore } from "react";

const narrow = () => window.matchMedia("(max-width: 39.99rem)");

function listen(listener: () => void): () => void {
  const list = narrow();
  list.addEventListener("change", listener);
  return () => list.removeEventListener("change", listener);
}

/** Whether the window is one of a phone, for what is built another way there and not only laid out so. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(listen, () => narrow().matches);
}
