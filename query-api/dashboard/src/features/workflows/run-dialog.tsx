import { useState } from "react";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { TextArea } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { readExact } from "./exact";
import { emptyData } from "./needed";

/**
 * A run with data of one's own.
 *
 * @param needed the fields that nodes name
 * @param onRunWithout for who wanted a run without data, which they are warned of
 */
export function RunDialog({
  needed = [],
  onClose,
  onRun,
  onRunWithout,
}: {
  needed?: readonly string[];
  onClose: () => void;
  onRun: (triggerData: Record<string, unknown>) => void;
  onRunWithout?: (() => void) | undefined;
}) {
  const [text, setText] = useState(() => JSON.stringify(needed.length > 0 ? emptyData(needed) : { name: "Ada" }, null, 2));
  const data = parse(text);
  return (
    <Dialog
      open
      isForm
      onClose={onClose}
      title="Run with data"
      description="Nodes find it as {{trigger.name}}; what is under input is what the first nodes get."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {onRunWithout && (
            <Button costs busy={false} onClick={onRunWithout}>
              Run without data
            </Button>
          )}
          <Button kind="primary" disabled={typeof data === "string"} onClick={() => typeof data !== "string" && onRun(data)}>
            Run
          </Button>
        </>
      }
    >
      {needed.length > 0 && (
        <div className="mb-4">
          <Note tone={onRunWithout ? "warning" : "info"}>
            {onRunWithout ? "This workflow needs data. " : ""}Its nodes name {needed.length === 1 ? "a field" : "fields"} that a run has to be started with:{" "}
            <span className="font-mono text-xs">{needed.join(", ")}</span>.{onRunWithout ? " Where one is missing, a node fails or is asked with nothing in its place, and what was asked until then is paid for." : ""}
          </Note>
        </div>
      )}
      <TextArea
        label="Data"
        rows={8}
        spellCheck={false}
        className="font-mono text-xs"
        value={text}
        error={typeof data === "string" ? data : undefined}
        onChange={(event) => setText(event.target.value)}
      />
    </Dialog>
  );
}

/** The data, or why it is none. */
function parse(text: string): Record<string, unknown> | string {
  try {
    const value = readExact(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    if (error instanceof RangeError) {
      return error.message;
    }
  }
  return "This is not an object in JSON.";
}
