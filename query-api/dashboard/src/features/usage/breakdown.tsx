import { clsx } from "clsx";
import { ChevronDown, Layers, Users } from "lucide-react";
import { useState } from "react";
import { nanoUsd, pixels } from "@/shared/format/money";
import { formatCompact, formatCount, formatPercent } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { Menu, MenuChoice, MenuLine, Popover } from "@/shared/ui/menu";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { breakdownOf, lacksBreakdown, type Share, type Stats } from "./api";
import { Cost, pricedness } from "./cost";
import { Named } from "./names";
import { DIMENSIONS, dimensionLabel, isAmong, readOnly, withOnly, withoutOnly, writeOnly, type UsageSearch } from "./search";

const SHOWN = 8;

type Change = (patch: { [K in keyof UsageSearch]?: UsageSearch[K] | undefined }) => void;

export function Breakdown({
  account,
  search,
  stats,
  isBefore,
  error,
  retry,
  onChange,
}: {
  account: Account;
  search: UsageSearch;
  stats: Stats | undefined;
  /** Whether they are those of the view before, which stay until this one's are there. */
  isBefore: boolean;
  error: unknown;
  retry: () => void;
  onChange: Change;
}) {
  const asked = breakdownOf(account, search);
  // What there are rows of: models are no days, though days are asked for by now.
  const [told, setTold] = useState(asked);
  if (!isBefore && told !== asked) {
    setTold(asked);
  }
  const by = isBefore ? told : asked;
  const isLacking = lacksBreakdown(account, search);
  const all = search.all === "yes";
  const rows = stats ? (all ? stats.breakdown : stats.breakdown.slice(0, SHOWN)) : [];
  const most = stats?.breakdown.reduce((max, row) => Math.max(max, pixels(nanoUsd(row.cost))), 0) ?? 0;
  return (
    <Card
      flush
      title={`Spend by ${dimensionLabel(by).toLowerCase()}`}
      hint={isLacking ? undefined : "Choose rows to narrow the page down to them."}
      actions={account.maySeeAll && <DimensionPicker by={asked} onChange={(next) => onChange({ by: next })} />}
    >
      {isLacking ? (
        <Empty icon={Users} title={`What each member spends is not told in the tier ${account.tier}`}>
          It is counted all the same. Break the spend down by something else.
        </Empty>
      ) : error && !stats ? (
        <Failure error={error} retry={retry} />
      ) : !stats ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3, 4].map((row) => (
            <Skeleton key={row} className="h-8" />
          ))}
        </div>
      ) : stats.breakdown.length === 0 ? (
        <Empty icon={Layers} title="Nothing was used in this time">
          Choose a longer range, or send an event.
        </Empty>
      ) : (
        <>
          <ScrollX label={`Spend by ${dimensionLabel(by)}`}>
            <Table>
              <thead>
                <tr>
                  <Th>{dimensionLabel(by)}</Th>
                  <Th right>Spend</Th>
                  <Th right>Share</Th>
                  <Th right className="max-sm:hidden">
                    Tokens
                  </Th>
                  <Th right className="max-sm:hidden">
                    Runs
                  </Th>
                </tr>
              </thead>
              <tbody aria-busy={isBefore} className={isBefore ? "opacity-60" : undefined}>
                {rows.map((row) => (
                  <Row key={row.category} row={row} by={by} most={most} search={search} onChange={onChange} />
                ))}
              </tbody>
            </Table>
          </ScrollX>
          {stats.breakdown.length > SHOWN && (
            <div className="px-3 py-2">
              <Button size="s" kind="quiet" onClick={() => onChange({ all: all ? undefined : "yes" })}>
                {all ? "Show fewer" : `Show all ${formatCount(stats.breakdown.length)}`}
              </Button>
            </div>
          )}
        </>
      )}
    </Card>
  );
}

function Row({ row, by, most, search, onChange }: { row: Share; by: string; most: number; search: UsageSearch; onChange: Change }) {
  const canPick = !row.unattributed && !row.combined;
  const onlys = readOnly(search.only);
  const only = { dimension: by, value: row.category };
  const isPicked = isAmong(onlys, only);
  const width = most === 0 ? 0 : (pixels(nanoUsd(row.cost)) / most) * 100;
  return (
    <tr className={clsx("hover:bg-page", isPicked && "bg-accent-wash")}>
      <Td className="w-1/2 max-w-0">
        {canPick ? (
          <button
            type="button"
            aria-pressed={isPicked}
            dir="auto"
            className="block min-h-6 w-full truncate text-left font-medium hover:text-accent hover:underline hover:underline-offset-2"
            onClick={() => onChange({ only: writeOnly(isPicked ? withoutOnly(onlys, by) : withOnly(onlys, only)) })}
          >
            <Named dimension={by} value={row.category} />
          </button>
        ) : (
          <span className="text-soft">{row.combined ? `${formatCount(row.combined)} others` : "Not named"}</span>
        )}
        <div aria-hidden className="mt-1 h-1 rounded-full bg-line">
          <div className="h-full rounded-full bg-series-1" style={{ width: `${width}%` }} />
        </div>
      </Td>
      <Td right>
        <Cost cost={row.cost} runs={row.runs} unpricedRuns={row.unpricedRuns} />
      </Td>
      <Td right>{pricedness(row.runs, row.unpricedRuns) === "none" ? <span className="text-soft">–</span> : formatPercent(row.percentage, 1, nanoUsd(row.cost) > 0n)}</Td>
      <Td right className="max-sm:hidden">
        {formatCompact(row.tokens)}
      </Td>
      <Td right className="max-sm:hidden">
        {formatCount(row.runs)}
      </Td>
    </tr>
  );
}

function DimensionPicker({ by, onChange }: { by: string; onChange: (by: string) => void }) {
  const [tag, setTag] = useState("");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <Button size="s">
            By {dimensionLabel(by).toLowerCase()}
            <ChevronDown aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuChoice
          value={by}
          onChange={onChange}
          options={DIMENSIONS.map((dimension) => ({ value: dimension as string, label: dimensionLabel(dimension) }))}
        />
        {by.startsWith("tag:") && (
          <>
            <MenuLine />
            <MenuChoice value={by} onChange={onChange} options={[{ value: by, label: dimensionLabel(by) }]} />
          </>
        )}
      </Menu>
      <Popover
        label="Break down by a tag"
        open={open}
        onOpenChange={setOpen}
        className="w-72"
        trigger={
          <Button size="s" kind="quiet">
            By tag
          </Button>
        }
      >
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (tag.trim()) {
              onChange(`tag:${tag.trim()}`);
              setOpen(false);
            }
          }}
        >
          <TextField
            label="Tag"
            value={tag}
            onChange={(event) => setTag(event.target.value)}
            placeholder="env"
            help="Spend is seen by tags that the account has chosen, or that a budget limits."
          />
          <Button kind="primary" type="submit" size="s">
            Show
          </Button>
        </form>
      </Popover>
    </>
  );
}
