import { clsx } from "clsx";
import { Minus, Pencil, Plus } from "lucide-react";
import type { Line } from "./diff";

const LOOKS = {
  added: { icon: Plus, colours: "bg-good-wash text-good", word: "Added" },
  removed: { icon: Minus, colours: "bg-critical-wash text-critical", word: "Removed" },
  changed: { icon: Pencil, colours: "bg-info-wash text-info", word: "Changed" },
};

/** What is different, line by line. */
export function ChangeList({ lines }: { lines: readonly Line[] }) {
  return lines.length === 0 ? (
    <p className="text-soft">Nothing is different.</p>
  ) : (
    <ul className="grid gap-2" aria-label="Changes">
      {lines.map((line, index) => (
        <Change key={index} line={line} />
      ))}
    </ul>
  );
}

function Change({ line }: { line: Line }) {
  const { icon: Icon, colours, word } = LOOKS[line.kind];
  return (
    <li data-testid="change" className="flex gap-2.5 rounded-lg border border-line p-2.5">
      <span className={clsx("flex size-6 shrink-0 items-center justify-center rounded-md", colours)}>
        <Icon aria-hidden className="size-3.5" />
        <span className="sr-only">{word}</span>
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">{line.what}</p>
        {line.details.map((detail) => (
          <div key={detail.field} className="mt-1 text-xs">
            <p className="text-soft">{detail.field}</p>
            {detail.before !== null && <p className="rounded bg-critical-wash px-1.5 py-0.5 font-mono break-words text-critical line-through decoration-1">{detail.before}</p>}
            {detail.after !== null && <p className="mt-0.5 rounded bg-good-wash px-1.5 py-0.5 font-mono break-words text-good">{detail.after}</p>}
          </div>
        ))}
      </div>
    </li>
  );
}
