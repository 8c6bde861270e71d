import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { SelectField } from "@/shared/ui/field";
import { Note } from "@/shared/ui/layout";
import { OnceShown } from "@/shared/ui/snippet";
import { useRotateSecret, type Channel } from "./api";

/** A signing secret, this once. */
export function SecretDialog({ secret, name, onClose }: { secret: string; name: string; onClose: () => void }) {
  return (
    <Dialog
      open
      isOnce
      onClose={onClose}
      title="Copy the signing secret now"
      description={`It is shown this once. With it, your service checks that a call comes from ${name}.`}
      footer={
        <Button kind="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <OnceShown text={secret} testId="channel-secret" />
    </Dialog>
  );
}

export function RotateDialog({ account, channel, onClose }: { account: Account; channel: Channel; onClose: () => void }) {
  const [hours, setHours] = useState("24");
  const rotate = useRotateSecret(account);
  if (rotate.data?.secret) {
    return <SecretDialog secret={rotate.data.secret} name={channel.name} onClose={onClose} />;
  }
  return (
    <Dialog
      open
      isForm
      onClose={onClose}
      title="Make a new signing secret"
      description="Until the old one's time is over, each call is signed with both."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={rotate.isPending} onClick={() => rotate.mutate({ id: channel.id, oldValidHours: Number(hours) })}>
            Make it
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <SelectField label="The old one is good for" value={hours} onChange={(event) => setHours(event.target.value)}>
          <option value="0">No longer at all</option>
          <option value="1">An hour</option>
          <option value="24">A day</option>
          <option value="168">A week</option>
        </SelectField>
        {rotate.error && <Note tone="critical">{messageOf(rotate.error)}</Note>}
      </div>
    </Dialog>
  );
}
