import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import { toast } from "./toast";

const SAID_MS = 2000;

export function CopyButton({ text, label = "Copy", onCopied }: { text: string; label?: string; onCopied?: () => void }) {
  const [copies, setCopies] = useState(0);
  const [isSaid, setIsSaid] = useState(false);
  useEffect(() => {
    if (copies === 0) {
      return;
    }
    const timer = setTimeout(() => setIsSaid(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copies]);
  const copy = async () => {
    try {
      // A browser offers it only where the connection is secure, and may be told not to.
      await navigator.clipboard.writeText(text);
      setIsSaid(true);
      onCopied?.();
      setCopies((before) => before + 1);
    } catch {
      toast("The browser does not let this page copy. Mark the text and copy it yourself.", "warning");
    }
  };
  return (
    <Button size="s" onClick={() => void copy()}>
      {isSaid ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
      <span aria-live="polite">{isSaid ? "Copied" : label}</span>
    </Button>
  );
}
