import { useNavigate } from "@tanstack/react-router";
import { UserX } from "lucide-react";
import { zoneName } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { zoneOf } from "@/shared/session/zone";
import { Button } from "@/shared/ui/button";
import { Card, Empty, Note } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";

/** In place of a page whose address is of another team: figures of one's own would be taken for that team's. */
export function UnknownTeam({ account }: { account: Account }) {
  usePageTitle("No such team");
  const navigate = useNavigate();
  return (
    <div className="mx-auto max-w-2xl px-4 py-16" data-testid="unknown-team">
      <Card>
        <Empty
          isPage
          icon={UserX}
          title="This address is of a team that you are not in"
          action={
            <Button kind="primary" onClick={() => void navigate({ to: ".", search: (before) => ({ ...(before.zone ? { zone: before.zone } : {}), team: account.key }) })}>
              Go to {account.name}
            </Button>
          }
        >
          Ask whoever sent it to invite you. Nothing of that team is shown here, and nothing of yours under its address.
        </Empty>
      </Card>
    </div>
  );
}

/** Says so where the zone of an address is none; the page is there all the same, in the viewer's own. */
export function UnknownZone({ zone }: { zone: string }) {
  const navigate = useNavigate();
  const instead = zoneOf({ zone });
  return (
    <div className="mx-auto w-full max-w-7xl px-4 pt-4 sm:px-6">
      <Note tone="warning">
        “{zone}” in the address is no time zone. Days and times are those of {zoneName(instead)}.{" "}
        <button type="button" className="min-h-6 font-medium underline underline-offset-2" onClick={() => void navigate({ to: ".", search: (before) => ({ ...before, zone: instead }) })}>
          Keep that
        </button>
      </Note>
    </div>
  );
}
