import { useQuery } from "@tanstack/react-query";
import { BellPlus, History, KeyRound, MoreHorizontal, Pencil, Plus, Power, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { formatDuration } from "@/shared/format/numbers";
import { formatAgo } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Badge, Card, Empty, Failure, Note, Skeleton } from "@/shared/ui/layout";
import { Menu, MenuItem, MenuLine } from "@/shared/ui/menu";
import { useNow } from "@/shared/ui/now";
import { toast } from "@/shared/ui/toast";
import { channelsQuery, useChangeChannel, useDeleteChannel, useTryChannel, type Channel } from "./api";
import { ChannelDialog } from "./channel-dialog";
import { DeliveriesDialog } from "./deliveries-dialog";
import { destinationOf, KINDS, LEVELS } from "./names";
import { RotateDialog } from "./secret-dialog";

type Opened = { what: "add" } | { what: "edit" | "rotate" | "log" | "delete"; channel: Channel };

export function ChannelsCard({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(channelsQuery(account));
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  return (
    <Card
      flush
      title="Channels"
      hint={account.isTeam ? `Where alerts of ${account.name} go, besides the bell.` : "Where your own alerts go, besides the bell."}
      actions={
        <Button kind="primary" size="s" onClick={() => setOpened({ what: "add" })}>
          <Plus aria-hidden className="size-4" /> Add a channel
        </Button>
      }
    >
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className="p-5">
          <Skeleton className="h-44" />
        </div>
      ) : data.length === 0 ? (
        <Empty icon={BellPlus} title="Alerts stay here until there is a channel" action={<Button onClick={() => setOpened({ what: "add" })}>Add the first</Button>}>
          Slack, Teams, e-mail, or a signed call to your own service: whoever answers for the money hears of it at once.
        </Empty>
      ) : (
        <ul className="divide-y divide-line border-t border-line" aria-label="Channels">
          {data.map((channel) => (
            <ChannelRow key={channel.id} account={account} channel={channel} onOpen={(what) => setOpened({ what, channel })} />
          ))}
        </ul>
      )}
      {opened?.what === "add" && <ChannelDialog account={account} channel={null} onClose={close} />}
      {opened?.what === "edit" && <ChannelDialog account={account} channel={opened.channel} onClose={close} />}
      {opened?.what === "rotate" && <RotateDialog account={account} channel={opened.channel} onClose={close} />}
      {opened?.what === "log" && <DeliveriesDialog account={account} channel={opened.channel} onClose={close} />}
      {opened?.what === "delete" && <DeleteDialog account={account} channel={opened.channel} onClose={close} />}
    </Card>
  );
}

function ChannelRow({ account, channel, onOpen }: { account: Account; channel: Channel; onOpen: (what: "edit" | "rotate" | "log" | "delete") => void }) {
  const now = useNow();
  const attempt = useTryChannel(account);
  const change = useChangeChannel(account);
  const { label, icon: Icon } = KINDS[channel.kind];
  const trial = attempt.data;
  const toggle = () =>
    change.mutate(
      { id: channel.id, body: { enabled: !channel.enabled } },
      {
        onSuccess: (now) => toast(now.enabled ? `${now.name} is on.` : `${now.name} is off.`),
        onError: (failure) => toast(messageOf(failure), "critical"),
      },
    );
  return (
    <li data-testid="channel" className="px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-wash text-accent">
          <Icon aria-hidden className="size-4" />
        </span>
        <div className="min-w-0 flex-1 basis-44">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span dir="auto" className="truncate font-medium" title={channel.name}>{channel.name}</span>
            {!channel.enabled && <Badge>Off</Badge>}
            {channel.enabled && channel.failingSince && <Badge tone="critical">Failing: it began {formatAgo(channel.failingSince, now)}</Badge>}
          </p>
          <p className="truncate text-xs text-soft" title={destinationOf(channel)}>
            {label} · {destinationOf(channel)}
          </p>
        </div>
        <span className="text-xs text-soft max-sm:hidden">{LEVELS[channel.minimumLevel]}</span>
        <Button size="s" busy={attempt.isPending} onClick={() => attempt.mutate(channel.id)} aria-label={`Send a test to ${channel.name}`}>
          {!attempt.isPending && <Send aria-hidden className="size-3.5" />} Test
        </Button>
        <Menu
          trigger={
            <IconButton label={`More for ${channel.name}`}>
              <MoreHorizontal aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => onOpen("log")}>
            <History aria-hidden className="size-4" /> Deliveries
          </MenuItem>
          <MenuItem onSelect={() => onOpen("edit")}>
            <Pencil aria-hidden className="size-4" /> Change
          </MenuItem>
          {channel.kind === "webhook" && (
            <MenuItem onSelect={() => onOpen("rotate")}>
              <KeyRound aria-hidden className="size-4" /> New signing secret
            </MenuItem>
          )}
          <MenuItem onSelect={toggle}>
            <Power aria-hidden className="size-4" /> {channel.enabled ? "Switch off" : "Switch on"}
          </MenuItem>
          <MenuLine />
          <MenuItem className="text-critical" onSelect={() => onOpen("delete")}>
            <Trash2 aria-hidden className="size-4" /> Delete
          </MenuItem>
        </Menu>
      </div>
      {channel.problem && (
        <div className="mt-2.5">
          <Note tone="critical">{channel.problem}</Note>
        </div>
      )}
      {!channel.enabled && channel.disabledReason && (
        <div className="mt-2.5">
          <Note tone="warning">It was switched off: {channel.disabledReason}</Note>
        </div>
      )}
      {(trial || attempt.error) && (
        <div className="mt-2.5" data-testid="trial">
          {trial?.delivered ? (
            <Note tone="good">The test arrived, after {formatDuration(trial.durationMs)}.</Note>
          ) : (
            <Note tone="critical">
              The test did not arrive{trial?.status ? ` (${trial.status})` : ""}: {trial ? trial.response : messageOf(attempt.error)}
            </Note>
          )}
        </div>
      )}
    </li>
  );
}

function DeleteDialog({ account, channel, onClose }: { account: Account; channel: Channel; onClose: () => void }) {
  const remove = useDeleteChannel(account);
  return (
    <ConfirmDialog title={`Delete ${channel.name}?`} change={remove} of={channel.id} onClose={onClose}>
      What waits to be delivered on it goes too, and so does its log.
    </ConfirmDialog>
  );
}
