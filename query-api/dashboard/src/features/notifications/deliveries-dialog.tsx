import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronDown, Inbox, RotateCcw } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { formatDuration } from "@/shared/format/numbers";
import { browserZone, formatDateTime } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { SelectField } from "@/shared/ui/field";
import { Badge, Empty, Failure, Skeleton, type Tone } from "@/shared/ui/layout";
import { toast } from "@/shared/ui/toast";
import { deliveriesQuery, useResend, type Channel, type Delivery, type DeliveryStatus } from "./api";

const STATUS: Record<DeliveryStatus, { label: string; tone: Tone }> = {
  pending: { label: "On its way", tone: "info" },
  delivered: { label: "Delivered", tone: "good" },
  failed: { label: "Failed", tone: "critical" },
};

const OUTCOMES: Record<Delivery["attempts"][number]["outcome"], string> = {
  delivered: "taken",
  retry: "to be tried again",
  refused: "refused",
  gone: "the address is gone",
};

/** A test is tried once; what it was answered with says whether it would be tried again if it were none. */
function outcomeOf({ outcome, status }: Delivery["attempts"][number], isTest: boolean): string {
  const told = isTest && outcome === "retry" ? "not taken" : OUTCOMES[outcome];
  return status === null ? told : `${status}, ${told}`;
}

/** What went out on a channel, every attempt with what the other side said. */
export function DeliveriesDialog({ account, channel, onClose }: { account: Account; channel: Channel; onClose: () => void }) {
  const [status, setStatus] = useState<DeliveryStatus | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(deliveriesQuery(account, channel.id, status));
  const deliveries = data?.pages.flatMap((page) => page.deliveries);
  return (
    <Dialog open onClose={onClose} wide title={`Deliveries on ${channel.name}`} description="The newest first, for 30 days.">
      <div className="grid gap-3">
        <SelectField label="Status" hideLabel className="w-44" value={status ?? ""} onChange={(event) => setStatus((event.target.value || null) as DeliveryStatus | null)}>
          <option value="">Every status</option>
          {Object.entries(STATUS).map(([value, { label }]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        {error && !deliveries ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : !deliveries ? (
          <Skeleton className="h-40" />
        ) : deliveries.length === 0 ? (
          <Empty icon={Inbox} title={status ? "No delivery is like that" : "Nothing was sent"}>
            {!status && "A test, or the next alert, will be here."}
          </Empty>
        ) : (
          <ul className="divide-y divide-line rounded-lg border border-line" aria-label="Deliveries">
            {deliveries.map((delivery) => (
              <DeliveryRow key={delivery.id} account={account} channel={channel} delivery={delivery} />
            ))}
          </ul>
        )}
        {hasNextPage && (
          <Button className="justify-self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function DeliveryRow({ account, channel, delivery }: { account: Account; channel: Channel; delivery: Delivery }) {
  const [open, setOpen] = useState(false);
  const resend = useResend(account, channel.id);
  const { label, tone } = STATUS[delivery.status];
  const title = delivery.title ?? (delivery.test ? "A test" : delivery.alertId);
  return (
    <li data-testid="delivery" className="p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-w-0 flex-1 basis-52 items-start gap-2 text-left">
          <ChevronDown aria-hidden className={`mt-0.5 size-4 shrink-0 text-soft transition-transform ${open ? "" : "-rotate-90"}`} />
          <span className="min-w-0">
            <span dir="auto" className="block truncate text-left font-medium" title={title}>{title}</span>
            <span className="block text-xs text-soft">
              {formatDateTime(delivery.createdAt, browserZone(), true)} · {delivery.attemptCount === 1 ? "1 attempt" : `${delivery.attemptCount} attempts`}
              {delivery.digest && " · in a digest"}
              {delivery.nextAttemptAt && delivery.status === "pending" && ` · next ${formatDateTime(delivery.nextAttemptAt, browserZone(), true)}`}
            </span>
          </span>
        </button>
        <Badge tone={tone}>{label}</Badge>
        {delivery.test && <Badge>Test</Badge>}
        <Button
          size="s"
          busy={resend.isPending}
          // What is disabled loses the focus, and this is on its way once it is sent.
          aria-disabled={resend.isPending || delivery.status === "pending" || undefined}
          aria-label={`Resend: ${title}`}
          onClick={() => {
            if (delivery.status !== "pending") {
              resend.mutate(delivery.id, {
                onSuccess: () => toast("It is on its way again."),
                onError: (failure) => toast(messageOf(failure), "critical"),
              });
            }
          }}
        >
          <RotateCcw aria-hidden className="size-3.5" /> Resend
        </Button>
      </div>
      {delivery.problem && <p className="mt-1 pl-6 text-xs text-critical">{delivery.problem}</p>}
      {open && (
        <ol className="mt-2.5 ml-6 grid gap-2 border-l border-line pl-3 text-xs">
          {delivery.attempts.length === 0 && <li className="text-soft">Not tried yet.</li>}
          {delivery.attempts.map((attempt) => (
            <li key={attempt.number}>
              <p className="figures">
                <span className="font-medium">#{attempt.number}</span> {formatDateTime(attempt.startedAt, browserZone(), true)} · {formatDuration(attempt.durationMs)} ·{" "}
                {outcomeOf(attempt, delivery.test)}
              </p>
              {attempt.response && <p className="mt-0.5 font-mono break-all whitespace-pre-wrap text-soft">{attempt.response}</p>}
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
