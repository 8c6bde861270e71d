import { useState } from "react";
import { formatCount } from "@/shared/format/numbers";
import { Button } from "./button";

/** How many characters are laid out at first, and with each press: within a word of hundreds of thousands a browser looks for a place to break at every one. */
const STEP = 10_000;

/** A text that may be very long, its beginning first; without a box of its own. */
export function LongText({ text }: { text: string }) {
  const [most, setMost] = useState(STEP);
  const left = text.length - most;
  if (left <= 0) {
    return text;
  }
  return (
    <>
      {/* No half of a character that has two. */}
      {text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}
      <span className="mt-2 block font-sans">
        <Button size="s" onClick={() => setMost(most + STEP)}>
          Show more of {formatCount(left)} further characters
        </Button>
      </span>
    </>
  );
}
