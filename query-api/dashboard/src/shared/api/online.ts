import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

const listen = (listener: () => void) => onlineManager.subscribe(listener);
const isOnline = () => onlineManager.isOnline();

/** Whether the browser has a network at all. Without one, reads and changes wait, and go on by themselves. */
export function useOnline(): boolean {
  return useSyncExternalStore(listen, isOnline);
}
