import { useEffect, useRef, useState } from "react";

export type Connection = "connecting" | "live" | "broken";

/**
 * Listens to server-sent events for as long as the component is there. The browser comes back by itself when a stream ends,
 * with the position it had reached.
 */
export function useEvents(url: string | null, event: string, onEvent: (data: string) => void): Connection {
  const [connection, setConnection] = useState<Connection>("connecting");
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  useEffect(() => {
    if (url === null) {
      return;
    }
    const source = new EventSource(url);
    source.addEventListener("open", () => setConnection("live"));
    source.addEventListener("error", () => setConnection("broken"));
    source.addEventListener(event, (message) => latest.current((message as MessageEvent<string>).data));
    return () => source.close();
  }, [url, event]);
  return connection;
}
