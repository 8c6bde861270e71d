import { useEffect, useRef, useState } from "react";

export type Connection = "connecting" | "live" | "broken";

/** A browser has few connections for all its tabs together, and one that nobody looks at needs none. */
const HIDDEN_MS = 10_000;

/**
 * Listens to server-sent events for as long as the component is there and the page can be seen. The browser comes back by itself
 * when a stream ends, with the position it had reached. Whenever one begins, onOpen is called: what happened between the page's own
 * question and then was told to nobody.
 */
export function useEvents(url: string | null, event: string, onEvent: (data: string) => void, onOpen?: () => void): Connection {
  const [connection, setConnection] = useState<Connection>("connecting");
  const latest = useRef({ onEvent, onOpen });
  useEffect(() => {
    latest.current = { onEvent, onOpen };
  });
  useEffect(() => {
    if (url === null) {
      return;
    }
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(url);
      source.addEventListener("open", () => {
        setConnection("live");
        latest.current.onOpen?.();
      });
      source.addEventListener("error", () => setConnection("broken"));
      source.addEventListener(event, (message) => latest.current.onEvent((message as MessageEvent<string>).data));
    };
    const close = () => {
      source?.close();
      source = null;
    };
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState === "hidden") {
        timer = setTimeout(close, HIDDEN_MS);
      } else if (source === null) {
        open();
      }
    };
    open();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearTimeout(timer);
      close();
    };
  }, [url, event]);
  return connection;
}
