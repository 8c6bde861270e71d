const CHANNEL = "prompt-manage session";

/** Tells the tab from the others. */
const self = Math.random();

/** Who is signed in may have changed: the other tabs are to find out. What they are told is not to be relied on, and so nothing is said. */
export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(self);
  channel.close();
}

/** Calls the listener whenever another tab says so, until what is given back is called. */
export function onOtherTabs(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data !== self) {
      listener();
    }
  });
  return () => channel.close();
}
