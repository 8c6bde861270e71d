import { useEffect, useRef, useState } from "react";
import { TextField } from "./field";

/** How long nothing is typed before it is looked for. */
const TYPING_MS = 200;

/**
 * A search whose text is kept elsewhere, as in the address, which is there a moment after it is told: what is being typed stands here,
 * so that no letter is lost meanwhile. What comes from elsewhere, as by showing all, takes its place.
 */
export function SearchField({ label, value, className, onChange }: { label: string; value: string; className?: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    if (value !== told) {
      setTold(value);
      setText(value);
    }
  }
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (text === told) {
      return;
    }
    const timer = setTimeout(() => {
      setTold(text);
      latest.current(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, told]);
  return <TextField label={label} hideLabel type="search" placeholder={label} {...(className ? { className } : {})} value={text} onChange={(event) => setText(event.target.value)} />;
}
