export interface Pace {
  changed: () => void;
  stop: () => void;
}

/**
 * Asks at once when something has changed, once more a while later for what follows by a moment, and never more often than that
 * while it goes on changing.
 */
export function paced(ask: () => void, everyMs: number): Pace {
  let askedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const askNow = () => {
    askedAt = performance.now();
    ask();
  };
  return {
    changed: () => {
      if (timer !== undefined) {
        return;
      }
      let wait = askedAt + everyMs - performance.now();
      if (wait <= 0) {
        askNow();
        wait = everyMs;
      }
      timer = setTimeout(() => {
        timer = undefined;
        askNow();
      }, wait);
    },
    stop: () => clearTimeout(timer),
  };
}
