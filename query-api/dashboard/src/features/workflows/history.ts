import { useCallback, useState } from "react";

const STEPS_MAX = 100;

/** What is typed without a longer pause is one step, in ms. */
const PAUSE_MS = 1000;

interface Steps<T> {
  past: T[];
  present: T;
  future: T[];
  /** What the last step was of, and when it was taken or added to; null of one that nothing is added to. */
  open: { of: string; at: number } | null;
}

export interface History<T> {
  value: T;
  /** @param of what is changed, where a change of the same right after belongs to the same step: the letters of a word are no steps */
  change: (next: (before: T) => T, of?: string) => void;
  /** Without a step to go back to: while something is dragged. */
  adjust: (next: (before: T) => T) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

/** A value with the way back, a hundred steps at most. */
export function useHistory<T>(initial: T, clock: () => number = Date.now): History<T> {
  const [steps, setSteps] = useState<Steps<T>>({ past: [], present: initial, future: [], open: null });
  const change = useCallback(
    (next: (before: T) => T, of?: string) => {
      const at = clock();
      setSteps((now) => {
        const value = next(now.present);
        if (value === now.present) {
          return now;
        }
        const goesOn = now.open !== null && now.open.of === of && at - now.open.at < PAUSE_MS;
        return {
          past: goesOn ? now.past : [...now.past.slice(1 - STEPS_MAX), now.present],
          present: value,
          future: [],
          open: of === undefined ? null : { of, at },
        };
      });
    },
    [clock],
  );
  const adjust = useCallback((next: (before: T) => T) => setSteps((now) => ({ ...now, present: next(now.present) })), []);
  const undo = useCallback(
    () =>
      setSteps((now) =>
        now.past.length === 0
          ? now
          : { past: now.past.slice(0, -1), present: now.past.at(-1) as T, future: [now.present, ...now.future], open: null },
      ),
    [],
  );
  const redo = useCallback(
    () =>
      setSteps((now) =>
        now.future.length === 0
          ? now
          : { past: [...now.past, now.present], present: now.future[0] as T, future: now.future.slice(1), open: null },
      ),
    [],
  );
  return {
    value: steps.present,
    change,
    adjust,
    undo: steps.past.length > 0 ? undo : null,
    redo: steps.future.length > 0 ? redo : null,
  };
}
