import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isSession, lookWhoIsThere } from "@/shared/session/session";
import { isOtherPerson, isRefused, isUnauthenticated, whyNoStream } from "./client";

/** Of a stream that is refused, nothing more is to be expected. */
export type Connection = "connecting" | "live" | "broken" | "refused";

/** A browser has few connections for all its tabs together, and one that nobody looks at needs none. */
const HIDDEN_MS = 10_000;

/** After an answer that is no stream, such as that of a server which is not ready: then the browser has given up. */
const AGAIN_MS = 5_000;

/** Each wait is twice the one before, up to this. */
const AGAIN_MS_MAX = 60_000;

/**
 * Listens to server-sent events for as long as the component is there and the page can be seen. The browser comes back by itself
 * when a stream ends, with the position it had reached; where it has given up, it is found out here why: what this person may not see is
 * not asked for again, and who is there is looked up, for they may be in one team less; who is not signed in any more is awaited; else
 * it is asked for again. Whenever a stream begins, onOpen is called: what happened between the page's own question and then was told to nobody.
 *
 * @param events their names, with blanks between them
 */
export function useEvents(url: string | null, events: string, onEvent: (data: string) => void, onOpen?: () => void): Connection {
  const queryClient = useQueryClient();
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
    let failures = 0;
    let waitsFor: "time" | "sign-in" | "nothing" = "time";
    const ended = new AbortController();
    const open = () => {
      const opened = new EventSource(url);
      source = opened;
      opened.addEventListener("open", () => {
        failures = 0;
        setConnection("live");
        latest.current.onOpen?.();
      });
      opened.addEventListener("error", () => {
        setConnection("broken");
        if (opened.readyState === EventSource.CLOSED && source === opened) {
          source = null;
          void findOut();
        }
      });
      for (const event of events.split(" ")) {
        opened.addEventListener(event, (message) => latest.current.onEvent((message as MessageEvent<string>).data));
      }
    };
    const findOut = async () => {
      const refusal = await queryClient
        // Asked as whatever is shown is, so that whoever is signed out is led to signing in again.
        .fetchQuery({
          queryKey: ["stream", url],
          queryFn: () => whyNoStream(url, ended.signal).then(() => true),
          retry: false,
          gcTime: 0,
          meta: { isInBackground: true },
        })
        .then(() => null, (failure: unknown) => failure);
      if (ended.signal.aborted || source !== null) {
        return;
      }
      if (isRefused(refusal)) {
        waitsFor = "nothing";
        setConnection("refused");
        void lookWhoIsThere(queryClient);
      } else if (isUnauthenticated(refusal) || isOtherPerson(refusal)) {
        waitsFor = "sign-in";
      } else {
        clearTimeout(timer);
        timer = setTimeout(look, Math.min(AGAIN_MS * 2 ** failures++, AGAIN_MS_MAX) * (1 + Math.random()));
      }
    };
    const close = () => {
      source?.close();
      source = null;
    };
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState === "hidden") {
        timer = setTimeout(close, HIDDEN_MS);
      } else if (source === null && waitsFor === "time") {
        open();
      }
    };
    // A tab that is opened behind this one needs none before it is looked at.
    look();
    document.addEventListener("visibilitychange", look);
    const stop = queryClient.getQueryCache().subscribe((change) => {
      if (waitsFor === "sign-in" && change.type === "updated" && change.action.type === "success" && isSession(change.query)) {
        waitsFor = "time";
        look();
      }
    });
    return () => {
      ended.abort();
      stop();
      document.removeEventListener("visibilitychange", look);
      clearTimeout(timer);
      close();
    };
  }, [url, events, queryClient]);
  return connection;
}
