import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { exactUsd, formatExactUsd, nanoUsd, type NanoUsd } from "@/shared/format/money";
import { faultOfUsd, fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { TextField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";

/**
 * For a run that its own limit holds: it goes on with a higher one, which holds for it alone.
 *
 * @param limit what it may cost until now
 * @param spent what it has cost
 * @param proposed a limit to begin with
 */
export function RaiseDialog({
  limit,
  spent,
  proposed,
  isBusy,
  error,
  onRaise,
  onClose,
}: {
  limit: NanoUsd;
  spent: NanoUsd;
  proposed: NanoUsd;
  isBusy: boolean;
  error: unknown;
  onRaise: (maxCostUsd: string) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState(() => fieldUsd(exactUsd(proposed)));
  const { usd } = typedUsd(text);
  const isAbove = usd !== undefined && nanoUsd(usd) > limit && nanoUsd(usd) > spent;
  const fault = text.trim() === "" ? undefined : (faultOfUsd(text) ?? (isAbove ? undefined : "More than it has cost, and than it may cost now"));
  const raise = () => {
    if (usd !== undefined && isAbove && !isBusy) {
      onRaise(usd);
    }
  };
  return (
    <Dialog
      open
      isForm
      onClose={onClose}
      title="Resume with a higher limit"
      description={`It may cost ${formatExactUsd(limit)} and has cost ${formatExactUsd(spent)}, so that its next call could pass its limit.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" costs busy={isBusy} disabled={!isAbove} onClick={raise}>
            Resume
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          raise();
        }}
      >
        <TextField
          label="It may cost"
          help="All of this run, from its beginning. Other runs keep the limit of the workflow."
          prefix="$"
          inputMode="decimal"
          value={text}
          error={fault}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
      {error !== null && error !== undefined && (
        <div className="mt-3">
          <Note tone="critical">{messageOf(error)}</Note>
        </div>
      )}
    </Dialog>
  );
}
