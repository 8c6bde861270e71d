import { useState } from "react";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { TextArea } from "@/shared/ui/field";
import { readExact } from "./exact";

/** A run with data of one's own. */
export function RunDialog({ onClose, onRun }: { onClose: () => void; onRun: (triggerData: Record<string, unknown>) => void }) {
  const [text, setText] = useState('{\n  "name": "Ada"\n}');
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
          <Button kind="primary" disabled={typeof data === "string"} onClick={() => typeof data !== "string" && onRun(data)}>
            Run
          </Button>
        </>
      }
    >
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
