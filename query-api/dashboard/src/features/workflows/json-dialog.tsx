import { useState } from "react";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Dialog } from "@/shared/ui/dialog";
import { TextArea } from "@/shared/ui/field";
import { read, toSave, type Definition } from "./definition";

export function JsonDialog({
  definition,
  readOnly,
  onClose,
  onApply,
}: {
  definition: Definition;
  readOnly: boolean;
  onClose: () => void;
  onApply: (definition: Definition) => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(toSave(definition), null, 2));
  const parsed = parse(text);
  return (
    <Dialog
      open
      isForm
      onClose={onClose}
      wide
      title="The workflow as JSON"
      description="As it is kept. What is changed here is there on the canvas."
      footer={
        <>
          <CopyButton text={text} />
          <Button onClick={onClose}>Close</Button>
          {!readOnly && (
            <Button kind="primary" disabled={parsed === null} onClick={() => parsed && onApply(parsed)}>
              Apply
            </Button>
          )}
        </>
      }
    >
      <TextArea
        label="Definition"
        hideLabel
        readOnly={readOnly}
        rows={22}
        spellCheck={false}
        className="font-mono text-xs"
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={parsed === null ? "This is not a workflow in JSON." : undefined}
      />
    </Dialog>
  );
}

function parse(text: string): Definition | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && Array.isArray((value as Definition).nodes) ? read(value) : null;
  } catch {
    return null;
  }
}
