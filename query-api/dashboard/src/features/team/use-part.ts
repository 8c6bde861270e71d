import { useState } from "react";

const PART = 50;

/** A long list, a part of it at a time, narrowed down by a name. */
export function usePart<T>(all: readonly T[], textOf: (one: T) => string) {
  const [text, setText] = useState("");
  const [parts, setParts] = useState(1);
  const wanted = text.trim().toLowerCase();
  const found = wanted === "" ? all : all.filter((one) => textOf(one).toLowerCase().includes(wanted));
  return {
    text,
    setText: (next: string) => {
      setText(next);
      setParts(1);
    },
    shown: found.slice(0, parts * PART),
    /** How many more there are. */
    left: Math.max(0, found.length - parts * PART),
    showMore: () => setParts(parts + 1),
    /** Whether there are so many that looking for one is worth a field. */
    isLong: all.length > PART / 5,
    isEmpty: found.length === 0,
  };
}
