import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { ChevronLeft, ChevronRight, ListFilter, SearchX } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { formatCount, words } from "@/shared/format/numbers";
import { formatDateTime, formatShort, zoneName } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { Badge, Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { activityQuery, PAGE_SIZE, type UsageEntry } from "./api";
import { useNamed } from "./names";
import { RUN_TYPES, type UsageSearch } from "./search";

const EntryDialog = lazy(() => import("./entry-dialog").then((module) => ({ default: module.EntryDialog })));

type Change = (patch: { [K in keyof UsageSearch]?: UsageSearch[K] | undefined }) => void;

export function Activity({ account, search, zone, onChange }: { account: Account; search: UsageSearch; zone: string; onChange: Change }) {
  const { data, error, isPlaceholderData, refetch } = useQuery(activityQuery(account, search, zone));
  const [open, setOpen] = useState<UsageEntry | null>(null);
  const pages = usePages(search, onChange);
  const rows = data?.usage ?? [];
  const nameOf = useNamed("user", rows.map((entry) => entry.userId));
  return (
    <Card
      flush
      title="Recent activity"
      hint={`${ORDERS[search.sort ?? "time"][search.order ?? "down"]}, ${PAGE_SIZE} to a page. Times in ${zoneName(zone)}.`}
      actions={
        <>
          <SelectField
            label="Kind of run"
            hideLabel
            className="w-40"
            value={search.type ?? ""}
            onChange={(event) => onChange({ type: event.target.value || undefined })}
          >
            <option value="">All kinds of runs</option>
            {RUN_TYPES.map((type) => (
              <option key={type} value={type}>
                {words(type)}
              </option>
            ))}
          </SelectField>
          <Button
            aria-pressed={search.unpriced === "yes"}
            kind={search.unpriced ? "primary" : "plain"}
            onClick={() => onChange({ unpriced: search.unpriced ? undefined : "yes" })}
          >
            <ListFilter aria-hidden className="size-4" /> Without a price
          </Button>
        </>
      }
    >
      {error && !data ? (
        <>
          <Failure error={error} retry={() => void refetch()} />
          {(search.sort || search.page) && (
            <p className="-mt-6 pb-8 text-center">
              <Button onClick={() => onChange({ sort: undefined, order: undefined })}>Show the newest</Button>
            </p>
          )}
        </>
      ) : !data ? (
        <div className="grid gap-2 px-5 pb-5">
          {[0, 1, 2, 3, 4, 5].map((row) => (
            <Skeleton key={row} className="h-7" />
          ))}
        </div>
      ) : rows.length === 0 ? (
        <Empty
          icon={SearchX}
          title={search.unpriced ? "Every run has its price" : "No runs in this time"}
          action={
            (search.type || search.unpriced || search.only) && (
              <Button onClick={() => onChange({ type: undefined, unpriced: undefined, only: undefined })}>Clear the filters</Button>
            )
          }
        >
          {search.unpriced ? "Runs of models that are not on the price list would stand here." : "Choose a longer range, or send an event."}
        </Empty>
      ) : (
        <>
          <ScrollX label="Recent activity">
            <Table>
              <thead>
                <tr>
                  <Th {...sortable("time", search, onChange)}>Time</Th>
                  <Th className="max-sm:hidden" {...sortable("model", search, onChange)}>
                    Model
                  </Th>
                  <Th className="max-md:hidden" {...sortable("prompt", search, onChange)}>
                    Prompt
                  </Th>
                  <Th className="max-md:hidden" {...sortable("user", search, onChange)}>
                    Member
                  </Th>
                  <Th className="max-xl:hidden" {...sortable("execution_type", search, onChange)}>
                    Kind
                  </Th>
                  <Th right {...sortable("tokens", search, onChange)}>
                    Tokens
                  </Th>
                  <Th right {...sortable("cost", search, onChange)}>
                    Cost
                  </Th>
                </tr>
              </thead>
              <tbody aria-busy={isPlaceholderData} className={isPlaceholderData ? "opacity-60 transition-opacity" : ""}>
                {rows.map((entry) => (
                  <tr
                    key={`${entry.source} ${entry.id} ${entry.time}`}
                    data-testid="activity-row"
                    className="cursor-pointer hover:bg-page"
                    onClick={(event) => {
                      if (isRowMeant(event.target as Element)) {
                        setOpen(entry);
                      }
                    }}
                  >
                    <Td className="whitespace-nowrap max-md:max-w-0 max-md:w-full">
                      <button
                        type="button"
                        className="min-h-6 figures hover:text-accent hover:underline hover:underline-offset-2"
                        onClick={() => setOpen(entry)}
                      >
                        <span className="max-sm:hidden">{formatDateTime(entry.time, zone, true)}</span>
                        <span className="sm:hidden">{formatShort(entry.time, zone)}</span>
                      </button>
                      {/* Who it was has a line that no name of a prompt pushes them out of. */}
                      <span className={clsx("block truncate text-xs text-soft md:hidden", !entry.promptId && "sm:hidden")}>
                        <bdi className="sm:hidden">{entry.model}</bdi>
                        {entry.promptId && (
                          <>
                            <span className="sm:hidden"> · </span>
                            <bdi>{entry.promptId}</bdi>
                          </>
                        )}
                      </span>
                      <span className="block truncate text-xs text-soft md:hidden">
                        <bdi>{nameOf(entry.userId)}</bdi> · {words(entry.executionType)}
                      </span>
                    </Td>
                    {/* Names share what the figures leave, and are cut before a cost is. */}
                    <Td className="truncate max-md:max-w-40 max-sm:hidden md:w-[18%] md:max-w-0" title={entry.model} dir="auto">
                      {entry.model}
                    </Td>
                    <Td className="w-[24%] max-w-0 truncate max-md:hidden" title={entry.promptId ?? undefined} dir="auto">
                      {entry.promptId ?? <span className="text-soft">–</span>}
                    </Td>
                    <Td className="w-[18%] max-w-0 truncate max-md:hidden" title={nameOf(entry.userId)} dir="auto">
                      {nameOf(entry.userId)}
                    </Td>
                    <Td className="whitespace-nowrap text-soft max-xl:hidden">{words(entry.executionType)}</Td>
                    <Td right>{formatCount(entry.totalTokens)}</Td>
                    <Td right>{entry.cost ? <Amount usd={entry.cost} places={6} /> : <Badge tone="warning">No price yet</Badge>}</Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </ScrollX>
          <div className="flex items-center justify-between gap-2 px-4 py-2.5 sm:px-5">
            <p className="text-xs text-soft">{pages.number === 1 ? "First page" : pages.number ? `Page ${pages.number}` : "A later page"}</p>
            <div className="flex gap-2">
              <Button size="s" disabled={!search.page} onClick={pages.back}>
                <ChevronLeft aria-hidden className="size-4" /> {search.sort ? "Back" : search.order ? "Older" : "Newer"}
              </Button>
              <Button size="s" disabled={!data.nextCursor} onClick={() => pages.forward(data.nextCursor!)}>
                {search.sort ? "Next" : search.order ? "Newer" : "Older"} <ChevronRight aria-hidden className="size-4" />
              </Button>
            </div>
          </div>
        </>
      )}
      {open && (
        <Suspense fallback={null}>
          <EntryDialog account={account} entry={open} zone={zone} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </Card>
  );
}

/** Whether a click on something of a row is one on the row: an amount is looked at, a button does what it says, and text is selected. */
export function isRowMeant(target: Element): boolean {
  return target.closest("button, [data-nano-usd]") === null && (window.getSelection()?.isCollapsed ?? true);
}

/** The pages behind, to go back to; an address that was shared begins in the middle, from where back is the first. */
function usePages(search: UsageSearch, onChange: Change) {
  const [been, setBeen] = useState<readonly (string | undefined)[]>([]);
  const behind = pagesBehind(been, search.page);
  return {
    number: numberOf(behind, search.page),
    forward: (cursor: string) => {
      setBeen([...behind, search.page]);
      onChange({ page: cursor });
    },
    back: () => onChange({ page: behind.at(-1) }),
  };
}

/** Those before a page of all that one has been on; the browser's own way back leads to any of them. */
export function pagesBehind(been: readonly (string | undefined)[], page: string | undefined): readonly (string | undefined)[] {
  const at = page === undefined ? 0 : been.indexOf(page);
  return at === -1 ? been : been.slice(0, at);
}

/** Counted from one; null if nobody has counted from the first. */
export function numberOf(behind: readonly (string | undefined)[], page: string | undefined): number | null {
  return page === undefined ? 1 : behind.length > 0 && behind[0] === undefined ? behind.length + 1 : null;
}

type Sort = NonNullable<UsageSearch["sort"]> | "time";

const ORDERS: Record<Sort, Record<"down" | "up", string>> = {
  time: { down: "Newest first", up: "Oldest first" },
  model: { down: "By model, from Z to A", up: "By model, from A to Z" },
  prompt: { down: "By prompt, from Z to A", up: "By prompt, from A to Z" },
  user: { down: "Member by member, the last of their ids first", up: "Member by member, in the order of their ids" },
  execution_type: { down: "By kind, from Z to A", up: "By kind, from A to Z" },
  tokens: { down: "Most tokens first", up: "Fewest tokens first" },
  cost: { down: "Dearest first", up: "Cheapest first" },
};

const NAMES: readonly Sort[] = ["model", "prompt", "user", "execution_type"];

/** Names begin at A, and all else with the most of it; once more turns it round. */
export function nextOrder(key: Sort, search: Pick<UsageSearch, "sort" | "order">): { sort: UsageSearch["sort"]; order: UsageSearch["order"] } {
  const isUp = (search.sort ?? "time") === key ? search.order !== "up" : NAMES.includes(key);
  return { sort: key === "time" ? undefined : key, order: isUp ? "up" : undefined };
}

function sortable(key: Sort, search: UsageSearch, onChange: Change) {
  return {
    sorted: (search.sort ?? "time") === key ? (search.order ?? ("down" as const)) : null,
    onSort: () => onChange(nextOrder(key, search)),
  };
}
