import { clsx } from "clsx";
import { CalendarDays, ChevronDown, Globe } from "lucide-react";
import { useId, useMemo, useState } from "react";
import type { Connection } from "@/shared/api/stream";
import { browserZone, formatDateTime, formatDay, isZone, zoneName, zones } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { ExportMenu } from "@/shared/ui/export-menu";
import { TextField } from "@/shared/ui/field";
import { Hint } from "@/shared/ui/hint";
import { Popover } from "@/shared/ui/menu";
import { exportName, exportUrl } from "./api";
import { daysOf, isCut, RANGE_LABELS, RANGES, type Range, type UsageSearch } from "./search";

type Change = (patch: { [K in keyof UsageSearch]?: UsageSearch[K] | undefined }) => void;

/** @param first the first day that the account's tier shows; null where it shows all */
export function RangePicker({ search, zone, first, onChange }: { search: UsageSearch; zone: string; first: string | null; onChange: Change }) {
  const [open, setOpen] = useState(false);
  const range = search.range ?? "30d";
  const now = new Date();
  const days = daysOf(search, zone, now);
  // A period of the calendar is shown as far as it can be.
  const isRefused = (one: Range) => first !== null && daysOf({ range: one }, zone, now).startDate < first && !isCut({ range: one }, first, zone, now);
  const [from, setFrom] = useState(days.startDate);
  const [to, setTo] = useState(days.endDate);
  const pick = (next: Range) => {
    onChange({ range: next, from: undefined, to: undefined });
    setOpen(false);
  };
  return (
    <Popover
      label="Range"
      open={open}
      onOpenChange={(now) => {
        setOpen(now);
        setFrom(days.startDate);
        setTo(days.endDate);
      }}
      trigger={
        <Button>
          <CalendarDays aria-hidden className="size-4 text-soft" />
          {range === "custom" ? `${formatDay(days.startDate)} – ${formatDay(days.endDate)}` : RANGE_LABELS[range]}
          <ChevronDown aria-hidden className="size-4 text-soft" />
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-1.5" role="group" aria-label="Ranges">
        {RANGES.filter((one) => one !== "custom").map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === range}
            disabled={isRefused(one)}
            onClick={() => pick(one)}
            className={clsx(
              "rounded-lg px-2.5 py-1.5 text-left text-[0.8125rem] disabled:cursor-not-allowed disabled:opacity-55",
              one === range ? "bg-accent-wash font-medium text-accent" : "hover:bg-line/50",
            )}
          >
            {RANGE_LABELS[one]}
          </button>
        ))}
      </div>
      {first !== null && <p className="mt-2 text-xs text-soft">The account&apos;s tier shows the days since {formatDay(first)}.</p>}
      <form
        className="mt-3 grid grid-cols-2 gap-3 border-t border-line pt-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (from <= to) {
            onChange({ range: "custom", from, to });
            setOpen(false);
          }
        }}
      >
        <TextField label="From" type="date" required value={from} min={first ?? undefined} max={to} onChange={(event) => setFrom(event.target.value)} />
        <TextField label="To" type="date" required value={to} min={from} onChange={(event) => setTo(event.target.value)} />
        <Button kind="primary" type="submit" size="s" className="col-span-2">
          Show these days
        </Button>
      </form>
    </Popover>
  );
}

export function ZonePicker({ zone, accountZone, onChange }: { zone: string; accountZone: string; onChange: (zone: string) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const list = useId();
  const names = useMemo(() => (open ? zones() : []), [open]);
  const pick = (next: string) => {
    onChange(next);
    setText("");
    setOpen(false);
  };
  const suggestions = [...new Set([browserZone(), accountZone, "UTC"])];
  return (
    <Popover
      label="Time zone"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button aria-label={`Time zone: ${zoneName(zone)}`}>
          <Globe aria-hidden className="size-4 text-soft" />
          <span className="max-w-36 truncate max-sm:hidden">{zoneName(zone)}</span>
        </Button>
      }
    >
      <p className="text-xs text-soft">Days begin at midnight in this zone, and times are shown in it.</p>
      <div className="mt-2 grid gap-0.5">
        {suggestions.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === zone}
            onClick={() => pick(one)}
            className={clsx(
              "flex justify-between gap-3 rounded-lg px-2.5 py-1.5 text-left text-[0.8125rem]",
              one === zone ? "bg-accent-wash font-medium text-accent" : "hover:bg-line/50",
            )}
          >
            <span>{zoneName(one)}</span>
            <span className="text-xs text-soft">{[...(one === browserZone() ? ["Yours"] : []), ...(one === accountZone ? ["The account's"] : [])].join(", ")}</span>
          </button>
        ))}
      </div>
      <form
        className="mt-3 flex items-end gap-2 border-t border-line pt-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isZone(text)) {
            pick(text);
          }
        }}
      >
        <div className="flex-1">
          <TextField
            label="Another"
            list={list}
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="Europe/Berlin"
            error={text.length > 3 && !isZone(text) ? "Not a zone yet" : undefined}
          />
        </div>
        <datalist id={list}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Button kind="primary" type="submit" disabled={!isZone(text)}>
          Use
        </Button>
      </form>
    </Popover>
  );
}

export function UsageExport({ account, search, zone }: { account: Account; search: UsageSearch; zone: string }) {
  if (account.features.exports === false || (!account.mayExport && account.maySeeAll)) {
    return null;
  }
  return (
    <ExportMenu
      what="Every run of this view"
      formats={["csv", "json", "parquet"]}
      fileIn={(format) => ({ url: exportUrl(account, search, zone, format), name: exportName(account, search, zone, format) })}
    />
  );
}

const CONNECTIONS: Record<Connection, { label: string; dot: string }> = {
  live: { label: "Live", dot: "bg-good" },
  connecting: { label: "Connecting", dot: "bg-soft" },
  broken: { label: "Reconnecting", dot: "bg-warning" },
  refused: { label: "Not yours to see", dot: "bg-critical" },
};

export function LiveDot({ connection, asOf, zone }: { connection: Connection; asOf: string | undefined; zone: string }) {
  const { label, dot } = CONNECTIONS[connection];
  return (
    <Hint text={asOf ? `As of ${formatDateTime(asOf, zone, true)}` : "Not loaded yet"}>
      <span tabIndex={0} data-testid="live" className="mr-1 flex items-center justify-end gap-1.5 text-xs text-soft sm:min-w-[5.75rem]">
        <span aria-hidden className={clsx("size-2 rounded-full", dot)} />
        <span className="max-sm:sr-only">{label}</span>
      </span>
    </Hint>
  );
}
