import { useCallback, useState } from "react";

const STEPS_MAX = 100;

interface Steps<T> {
  past: T[];
  present: T;
  future: T[];
}

export interface History<T> {
  value: T;
  change: (next: (before: T) => T) => void;
  /** Without a step to go back to: while something is dragged. */
  adjust: (next: (before: T) => T) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

/** A value with the way back, a hundred steps at most. */
export function useHistory<T>(initial: T): History<T> {
  const [steps, setSteps] = useState<Steps<T>>({ past: [], present: initial, future: [] });
  const change = useCallback(
    (next: (before: T) => T) =>
      setSteps((now) => {
        const value = next(now.present);
        return value === now.present ? now : { past: [...now.past.slice(1 - STEPS_MAX), now.present], present: value, future: [] };
      }),
    [],
  );
  const adjust = useCallback((next: (before: T) => T) => setSteps((now) => ({ ...now, present: next(now.present) })), []);
  const undo = useCallback(
    () =>
      setSteps((now) =>
        now.past.length === 0
          ? now
          : { past: now.past.slice(0, -1), present: now.past.at(-1) as T, future: [now.present, ...now.future] },
      ),
    [],
  );
  const redo = useCallback(
    () =>
      setSteps((now) =>
        now.future.length === 0
          ? now
          : { past: [...now.past, now.present], present: now.future[0] as T, future: now.future.slice(1) },
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
