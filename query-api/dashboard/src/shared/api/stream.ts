import { useEffect, useRef, useState } from "react";

export type Connection = "connecting" | "live" | "broken";

/** A browser has few connections for all its tabs together, and one that nobody looks at needs none. */
const HIDDEN_MS = 10_000;

/** After an answer that is no stream, such as that of a server which is not ready: then the browser has given up. */
const AGAIN_MS = 5_000;

/**
 * Listens to server-sent events for as long as the component is there and the page can be seen. The browser comes back by itself
 * when a stream ends, with the position it had reached; one that was refused is asked for again here. Whenever one begins, onOpen is
 * called: what happened between the page's own question and then was told to nobody.
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
      const opened = new EventSource(url);
      source = opened;
      opened.addEventListener("open", () => {
        setConnection("live");
        latest.current.onOpen?.();
      });
      opened.addEventListener("error", () => {
        setConnection("broken");
        if (opened.readyState === EventSource.CLOSED && source === opened) {
          source = null;
          clearTimeout(timer);
          timer = setTimeout(look, AGAIN_MS * (1 + Math.random()));
        }
      });
      opened.addEventListener(event, (message) => latest.current.onEvent((message as MessageEvent<string>).data));
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
