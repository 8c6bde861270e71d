import { clsx } from "clsx";
import { useContext } from "react";
import { CopyButton } from "./copy";
import { LongText } from "./long-text";
import { OnCopied } from "./once";

/**
 * Code to be taken along.
 *
 * @param isText whether it is read more than run, such as a model's answer: its lines are broken where they end, and not to be scrolled along;
 *     however long it is, the page does not become so
 */
export function Snippet({ label, code, testId, isText = false }: { label: string; code: string; testId?: string; isText?: boolean }) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-page">
      <div className="flex items-center justify-between gap-3 border-b border-line px-3 py-1.5">
        <span className="text-xs text-soft">{label}</span>
        <CopyButton text={code} />
      </div>
      <pre tabIndex={0} aria-label={label} className={clsx("p-3 font-mono text-xs leading-relaxed", isText ? "max-h-72 overflow-auto wrap-anywhere whitespace-pre-wrap" : "overflow-x-auto")}>
        <code data-testid={testId}>
          <LongText text={code} />
        </code>
      </pre>
    </div>
  );
}

/** What is shown this once. */
export function OnceShown({ text, testId }: { text: string; testId: string }) {
  const onCopied = useContext(OnCopied);
  return (
    // Also by one's own keys.
    <div onCopy={onCopied} className="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-page p-3">
      <code data-testid={testId} className="min-w-0 flex-1 font-mono text-xs break-all">
        {text}
      </code>
      <CopyButton text={text} onCopied={onCopied} />
    </div>
  );
}
