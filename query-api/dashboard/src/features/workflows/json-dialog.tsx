import { useState } from "react";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy";
import { Dialog } from "@/shared/ui/dialog";
import { TextArea } from "@/shared/ui/field";
import { read, toSave, type Definition } from "./definition";
import { readExact } from "./exact";
import { whyNoWorkflow } from "./given";

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
            <Button kind="primary" disabled={typeof parsed === "string"} onClick={() => typeof parsed !== "string" && onApply(parsed)}>
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
        error={typeof parsed === "string" ? parsed : undefined}
      />
    </Dialog>
  );
}

/** The definition, or why it is none. */
function parse(text: string): Definition | string {
  try {
    const value = readExact(text);
    return whyNoWorkflow(value) ?? read(value);
  } catch (error) {
    return error instanceof RangeError ? error.message : "This is not a workflow in JSON.";
  }
}
