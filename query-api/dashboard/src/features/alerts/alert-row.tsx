import { clsx } from "clsx";
import { Check, CircleX, Info, TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { formatExactUsd, formatUsd, nanoUsd } from "@/shared/format/money";
import { formatPercent } from "@/shared/format/numbers";
import { formatAgo, formatDateTime } from "@/shared/format/time";
import { useNamesOf, type Names } from "@/shared/session/names";
import { Button } from "@/shared/ui/button";
import { Hint } from "@/shared/ui/hint";
import type { Alert } from "./api";

const LOOKS = {
  info: { icon: Info, colours: "bg-info-wash text-info", word: "Info" },
  warning: { icon: TriangleAlert, colours: "bg-warning-wash text-warning", word: "Warning" },
  critical: { icon: CircleX, colours: "bg-critical-wash text-critical", word: "Critical" },
};

export function AlertRow({
  alert,
  zone,
  now,
  onAcknowledge,
  busy = false,
  brief = false,
}: {
  alert: Alert;
  zone: string;
  now: number;
  onAcknowledge?: (() => void) | undefined;
  busy?: boolean;
  /** Where there is little room: its button is a picture. */
  brief?: boolean;
}) {
  const { icon: Icon, colours, word } = LOOKS[alert.severity];
  const names = useNamesOf([alert.dimension ?? "account"]);
  const row = useRef<HTMLDivElement>(null);
  const isActed = useRef(false);
  // The button goes once the alert is seen to: whoever goes through a list by keyboard stays at its place in it.
  useEffect(() => {
    if (alert.acknowledged && isActed.current && document.activeElement === document.body) {
      row.current?.focus();
    }
  }, [alert.acknowledged]);
  return (
    <div ref={row} tabIndex={-1} className="flex items-start gap-3" data-testid="alert">
      <span className={clsx("mt-0.5 flex size-8 shrink-0 items-center justify-center rounded-full", colours)}>
        <Icon aria-hidden className="size-4" />
        <span className="sr-only">{word}</span>
      </span>
      <div className="min-w-0 flex-1">
        <p dir="auto" className="text-left font-medium wrap-anywhere">
          {alert.title}
        </p>
        <p className="text-[0.8125rem] wrap-anywhere text-soft">
          <Exact alert={alert}>{told(alert, names)}</Exact>
        </p>
        <p className="mt-0.5 text-xs text-soft">
          <Hint text={formatDateTime(alert.occurredAt, zone, true)}>
            <time dateTime={alert.occurredAt} tabIndex={0}>
              {formatAgo(alert.occurredAt, now)}
            </time>
          </Hint>
          {alert.lateEvent && " · by a run that was reported late"}
          {alert.acknowledged && " · seen to"}
        </p>
      </div>
      {onAcknowledge && !alert.acknowledged && (
        <Button
          size="s"
          busy={busy}
          onClick={() => {
            isActed.current = true;
            onAcknowledge();
          }}
          aria-label={`Acknowledge: ${alert.title}`}
          title="Acknowledge"
          className="shrink-0"
        >
          <Check aria-hidden className="size-4" /> {!brief && <span className="max-sm:sr-only">Acknowledge</span>}
        </Button>
      )}
    </div>
  );
}

/** The dimensions whose values are ids. */
const NAMED: readonly string[] = ["member", "api_key", "workflow"];

/** What is told of money is rounded to cents; the exact amounts are there on hover and focus, and for those who listen. */
function Exact({ alert, children }: { alert: Alert; children: string }) {
  const amounts = [
    ["spent", alert.spentUsd],
    ["limit", alert.limitUsd],
    ["usual", alert.usualUsd],
    ["heading for", alert.forecastUsd],
  ].flatMap(([name, usd]) => (usd === undefined ? [] : [`${name} ${formatExactUsd(nanoUsd(usd))}`]));
  return amounts.length === 0 ? (
    children
  ) : (
    <Hint text={amounts.join(", ")}>
      <span className="relative" tabIndex={0}>
        {children}
        <span className="sr-only select-none"> Exactly: {amounts.join(", ")}.</span>
      </span>
    </Hint>
  );
}

/** The API writes amounts and shares as it sends them to channels; here they are as everywhere on the pages. */
function inOnesOwnNumbers(message: string): string {
  return message
    .replaceAll(/\$(\d+(?:\.\d{1,9})?)(?![\d.]*\d)/g, (_, usd: string) => formatUsd(nanoUsd(usd)))
    .replaceAll(/(?<![\d.,])(\d+(?:\.\d+)?) ?%/g, (_, percent: string) => formatPercent(Number(percent), 2));
}

/** What happened; members, keys and workflows are told by name, and what the message does not name stands before it. */
export function told(alert: Pick<Alert, "message" | "dimension" | "value">, names: Names): string {
  const { dimension, value } = alert;
  const message = inOnesOwnNumbers(alert.message);
  if (!value || !dimension || dimension === "account") {
    return message;
  }
  const shown = NAMED.includes(dimension) ? (names.get(value) ?? value) : value;
  return message.includes(value) ? message.replaceAll(value, () => shown) : `${shown} · ${message}`;
}
