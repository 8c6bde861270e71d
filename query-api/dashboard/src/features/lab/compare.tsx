import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { nanoUsd } from "@/shared/format/money";
import { formatCount } from "@/shared/format/numbers";
import type { Account } from "@/shared/session/account";
import { Amount } from "@/shared/ui/amount";
import { Button } from "@/shared/ui/button";
import { Badge, Card, Skeleton } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { estimateQuery, type Draft, type Estimate, type Model } from "./api";

/** What people choose between; those that have no price here are left out. */
const COMPARED = ["gpt-4o-mini", "gpt-4o", "gpt-4-turbo", "claude-3-5-sonnet", "claude-3-haiku", "gemini-1-5-pro", "gemini-1-5-flash"];

/** Counting a long prompt is work for the server, which counts those of others too. */
const AT_ONCE = 2;

/** The same prompt on other models, the cheapest first. Asked for only while it is open, a few at a time. */
export function Compare({ account, draft, models, onPick }: { account: Account; draft: Draft; models: readonly Model[]; onPick: (model: string) => void }) {
  const [open, setOpen] = useState(false);
  const shown = COMPARED.filter((id) => models.some((model) => model.id === id || model.aliases.includes(id)));
  const queryClient = useQueryClient();
  const queries = shown.map((model) => estimateQuery(account, { ...draft, model }));
  const isWaitedFor = ({ queryKey }: (typeof queries)[number]) => (queryClient.getQueryState(queryKey)?.status ?? "pending") === "pending";
  // Each answer draws this anew, and so lets the next one be asked for.
  const isAsked = (index: number) => queries.slice(0, index).filter(isWaitedFor).length < AT_ONCE;
  const estimates = useQueries({
    queries: queries.map((query, index) => ({ ...query, enabled: open && draft.text.trim() !== "" && isAsked(index) })),
  });
  const rows = shown
    .map((model, index) => ({ model, estimate: estimates[index]?.data, failed: estimates[index]?.isError ?? false }))
    .sort((a, b) => byCost(a.estimate, b.estimate));
  return (
    <Card
      title="On other models"
      flush={open}
      actions={
        <Button size="s" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close" : "Compare models"}
        </Button>
      }
    >
      {open ? (
        <ScrollX label="Side by side">
          <Table>
            <thead>
              <tr>
                <Th>Model</Th>
                <Th right>Tokens</Th>
                <Th right>Cost</Th>
                <Th>
                  <span className="sr-only">Use it</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ model, estimate, failed }) => (
                <tr key={model} data-testid="compared" className={model === draft.model ? "bg-accent-wash" : undefined}>
                  <Td className="font-medium">{model}</Td>
                  <Td right>{estimate ? `~${formatCount(estimate.totalTokens)}` : failed ? "–" : <Skeleton className="ml-auto h-4 w-12" />}</Td>
                  <Td right>{!estimate ? failed && <span className="text-soft">Not known now</span> : estimate.unpriced || estimate.estimatedCost === null ? <Badge tone="warning">No price</Badge> : <Amount usd={estimate.estimatedCost} />}</Td>
                  <Td right>
                    {model === draft.model ? (
                      <span className="inline-flex h-8 items-center text-xs text-soft">This one</span>
                    ) : (
                      <Button size="s" kind="quiet" aria-label={`Use ${model}`} onClick={() => onPick(model)}>
                        Use
                      </Button>
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </ScrollX>
      ) : (
        <p className="text-soft">What this prompt would cost elsewhere, side by side.</p>
      )}
    </Card>
  );
}

function byCost(a: Estimate | undefined, b: Estimate | undefined): number {
  const cost = (estimate: Estimate | undefined) => (estimate?.estimatedCost ? nanoUsd(estimate.estimatedCost) : null);
  const [one, other] = [cost(a), cost(b)];
  return one === null ? (other === null ? 0 : 1) : other === null ? -1 : one < other ? -1 : one > other ? 1 : 0;
}
