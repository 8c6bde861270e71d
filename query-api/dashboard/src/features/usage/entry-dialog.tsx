import { useState, type ReactNode } from "react";
import { formatExactUsd } from "@/shared/format/money";
import { formatCount, formatDuration, words } from "@/shared/format/numbers";
import { formatDateTime, zoneName } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Badge, Note } from "@/shared/ui/layout";
import { Table, Td, Th } from "@/shared/ui/table";
import type { UsageEntry } from "./api";
import { Named } from "./names";
import { PriceDialog } from "./price-dialog";

/** Everything that is known of one run. */
export function EntryDialog({ account, entry, zone, onClose }: { account: Account; entry: UsageEntry; zone: string; onClose: () => void }) {
  const [isPricing, setIsPricing] = useState(false);
  if (isPricing) {
    return <PriceDialog account={account} model={entry.model} provider={entry.provider ?? "own"} onClose={onClose} />;
  }
  return (
    <Dialog open onClose={onClose} title={entry.model} description={`${formatDateTime(entry.time, zone, true)}, ${zoneName(zone)}`} wide>
      <Entry entry={entry} {...(account.mayManage ? { onPrice: () => setIsPricing(true) } : {})} />
    </Dialog>
  );
}

function Entry({ entry, onPrice }: { entry: UsageEntry; onPrice?: () => void }) {
  const kinds = Object.entries(entry.tokens);
  const facts: [string, ReactNode][] = [
    ["Member", <Named key="member" dimension="user" value={entry.userId} />],
    ["Kind", words(entry.executionType)],
    ["Provider", entry.provider],
    ["Prompt", entry.promptId],
    ["Workflow", entry.workflowId && <Named key="workflow" dimension="workflow" value={entry.workflowId} />],
    ["Execution", entry.executionId],
    ["Node", entry.nodeId],
    ["API key", entry.apiKeyId && <Named key="api-key" dimension="api_key" value={entry.apiKeyId} />],
    ["Duration", entry.durationMs === null || entry.durationMs === undefined ? null : formatDuration(entry.durationMs)],
    ["Service tier", entry.serviceTier],
    ["Price", entry.priceId],
    ["Source", entry.source],
    ["Event", entry.id],
  ];
  return (
    <div className="grid gap-4">
      {entry.unpriced && (
        <Note tone="warning">
          <span className="flex flex-wrap items-center justify-between gap-2">
            <span className="min-w-0 flex-1 basis-60">This model has no price yet. Its tokens count; its cost follows by itself when a price arrives.</span>
            {onPrice && (
              <Button size="s" onClick={onPrice}>
                Give it a price
              </Button>
            )}
          </span>
        </Note>
      )}
      <div className="overflow-hidden rounded-lg border border-line">
        <Table label="Tokens and cost by kind">
          <thead>
            <tr>
              <Th>Tokens</Th>
              <Th right>Count</Th>
              <Th right>Cost</Th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(([kind, count]) => (
              <tr key={kind}>
                <Td>{words(kind.replaceAll(/([A-Z0-9]+)/g, " $1").toLowerCase())}</Td>
                <Td right>{formatCount(count)}</Td>
                <Td right>{entry.costs[kind] === undefined ? "–" : formatExactUsd(BigInt(entry.costs[kind]))}</Td>
              </tr>
            ))}
            <tr className="font-semibold">
              <Td>Total</Td>
              <Td right>{formatCount(entry.totalTokens)}</Td>
              <Td right>{entry.cost ? <Amount usd={entry.cost} /> : <Badge tone="warning">No price yet</Badge>}</Td>
            </tr>
          </tbody>
        </Table>
      </div>
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="min-w-0">
              <dt className="text-xs text-soft">{name}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
      </dl>
      {Object.keys(entry.tags).length > 0 && (
        <div className="flex flex-wrap gap-1.5">
          {Object.entries(entry.tags).map(([tag, value]) => (
            <Badge key={tag}>
              {tag}: {value}
            </Badge>
          ))}
        </div>
      )}
    </div>
  );
}
