import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { messageOf } from "@/shared/api/client";
import { useIsServed } from "@/shared/api/served";
import { formatPercent } from "@/shared/format/numbers";
import { nanoUsd, pixels } from "@/shared/format/money";
import { useAccount } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { SelectField, TextArea, TextField } from "@/shared/ui/field";
import { Card, ChoicesFailure, Failure, Note, Page } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { checkQuery, estimateQuery, modelsQuery, type Decision, type Draft } from "./api";
import { hasKeyQuery, useStart, type Provider } from "./api-run";
import { Blocked, TooLongFor } from "./blocked";
import { offered } from "./offered";
import { Compare } from "./compare";
import { Left } from "./left";
import { RunPanel } from "./run-panel";
import { TokenPreview } from "./token-preview";

/** How long to wait after a key before asking. */
const TYPING_MS = 180;

export function LabPage() {
  usePageTitle("Prompt lab");
  const account = useAccount();
  const models = useQuery(modelsQuery(account));
  const [draft, setDraft] = useState<Draft>({ text: "", contextText: "", model: "gpt-4o", maxOutputTokens: null });
  const set = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const settled = useSettled(draft, TYPING_MS);
  const estimate = useQuery(estimateQuery(account, settled));
  const isEmpty = draft.text.trim() === "";
  const shown = isEmpty ? undefined : estimate.data;
  const check = useQuery(checkQuery(account, settled.model, shown));
  const prompt = useRef<HTMLTextAreaElement>(null);
  const deferred = useDeferredValue(shown);
  const hasRunner = useIsServed("/api/workflows?limit=1");
  const hasKey = useQuery({ ...hasKeyQuery(account), enabled: hasRunner }).data;
  const [chosen, setChosen] = useState<Provider | null>(null);
  const provider = chosen ?? (hasKey === false ? "simulated" : "");
  const run = useStart(account);
  const most = contextOf(models.data, settled.model);
  const isTooLong = shown !== undefined && most !== null && shown.inputTokens > most;
  const isDenied = check.data !== undefined && !check.data.allowed;
  const { showCost, mayRun } = offered(account);

  return (
    <Page title="Prompt lab" description="See what a prompt costs before it costs anything, and then what it did.">
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]">
        <Card>
          <div className="grid gap-4">
            <div className="grid gap-4 sm:grid-cols-2">
              <div>
                <SelectField label="Model" value={draft.model} onChange={(event) => set({ model: event.target.value })}>
                  {!models.data?.some((model) => model.id === draft.model) && <option value={draft.model}>{draft.model}</option>}
                  {byProvider(models.data ?? []).map(([provider, ofProvider]) => (
                    <optgroup key={provider} label={provider}>
                      {ofProvider.map((model) => (
                        <option key={model} value={model}>
                          {model}
                        </option>
                      ))}
                    </optgroup>
                  ))}
                </SelectField>
                <ChoicesFailure what="The models" query={models} />
              </div>
              <TextField
                label="Output tokens, at most"
                inputMode="numeric"
                placeholder="As many as it takes"
                value={draft.maxOutputTokens ?? ""}
                onChange={(event) => {
                  const digits = event.target.value.replaceAll(/\D/g, "").slice(0, 9);
                  set({ maxOutputTokens: digits === "" ? null : Number(digits) });
                }}
              />
            </div>
            <TextArea
              ref={prompt}
              label="Prompt"
              rows={9}
              value={draft.text}
              placeholder="Summarise the following support ticket in two sentences …"
              onChange={(event) => set({ text: event.target.value })}
            />
            <TextArea
              label="Context"
              rows={5}
              value={draft.contextText}
              placeholder="What is sent before the prompt, such as documents"
              onChange={(event) => set({ contextText: event.target.value })}
            />
            {hasRunner && (
              <div className="flex flex-wrap items-end gap-3">
                <div className="min-w-48 flex-1">
                  <SelectField label="Asked at" value={provider} onChange={(event) => setChosen(event.target.value as Provider)}>
                    <option value="">The model&apos;s provider</option>
                    <option value="openai_compatible">Your own endpoint</option>
                    <option value="simulated">Simulated, without a key</option>
                  </SelectField>
                </div>
                <Button
                  kind="primary"
                  costs
                  busy={run.isPending}
                  disabled={isEmpty || isDenied || !account.mayEdit || !mayRun}
                  onClick={() => run.mutate({ draft, provider, estimatedCost: estimate.isPlaceholderData || settled !== draft ? null : (shown?.estimatedCost ?? null) })}
                >
                  {!run.isPending && <Play aria-hidden className="size-4" />} Run
                </Button>
              </div>
            )}
            {hasRunner && !mayRun && <Note>Prompts are not run in the tier {account.tier}. What they use is counted here all the same.</Note>}
            {hasRunner && mayRun && !account.mayEdit && <Note>Viewers of {account.name} do not run prompts. Ask an owner or admin for another role.</Note>}
            {run.error && <Note tone="critical">{messageOf(run.error)}</Note>}
          </div>
        </Card>
        <div className="grid gap-4 xl:sticky xl:top-20">
          {estimate.error && !isEmpty ? (
            <Card>
              <Failure error={estimate.error} retry={() => void estimate.refetch()} />
            </Card>
          ) : (
            // What is shown is of what was written before, until the answer for this is there.
            <div aria-busy={estimate.isPlaceholderData} className={estimate.isPlaceholderData && !isEmpty ? "opacity-60 transition-opacity" : ""}>
              <TokenPreview estimate={deferred} model={draft.model} isEmpty={isEmpty} showCost={showCost} onModelChange={(model) => set({ model })} />
            </div>
          )}
          {isTooLong && <TooLongFor model={settled.model} inputTokens={shown.inputTokens} most={most} onEdit={() => prompt.current?.focus()} />}
          {!isEmpty && check.data && !check.data.allowed && (
            <Blocked decision={check.data} inputTokens={shown?.inputTokens ?? 0} account={account} onEdit={() => prompt.current?.focus()} />
          )}
          {run.data && (
            <RunPanel
              key={run.data}
              executionId={run.data}
              model={run.variables?.draft.model ?? draft.model}
              estimatedCost={run.variables?.estimatedCost ?? null}
              account={account}
              showCost={showCost}
            />
          )}
          {!isEmpty && showCost && <Compare account={account} draft={settled} models={models.data ?? []} onPick={(model) => set({ model })} />}
          {!isEmpty && check.data && <BudgetState decision={check.data} />}
        </div>
      </div>
    </Page>
  );
}

function BudgetState({ decision }: { decision: Decision }) {
  if (decision.budgets.length === 0) {
    return (
      <Card title="Budgets">
        <p className="text-soft">No budget counts this call.</p>
      </Card>
    );
  }
  return (
    <Card title="Budgets that count it" hint="What each has left before this call.">
      <ul className="grid gap-2">
        {decision.budgets.map((budget) => (
          <li key={`${budget.id} ${budget.value}`} className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span dir="auto" className="min-w-0 truncate font-medium" title={budget.name}>{budget.name}</span>
            <span className="text-[0.8125rem] text-soft figures">
              <Left budget={budget} />
              {budget.unit === "usd" && decision.estimatedCost && nanoUsd(budget.remaining) > 0n && ` · ${share(decision.estimatedCost, budget.remaining)} of it`}
            </span>
          </li>
        ))}
      </ul>
      {decision.allowed && decision.budgets.some((budget) => budget.wouldExceed) && (
        <div className="mt-3">
          <Note tone="warning">This call would go over a budget that alerts. It would still run.</Note>
        </div>
      )}
    </Card>
  );
}

function share(cost: string, remaining: string): string {
  return formatPercent((100 * pixels(nanoUsd(cost))) / pixels(nanoUsd(remaining)), 2);
}

/** How many tokens a call of a model may have; null where the price list does not know it. */
export function contextOf(models: readonly { id: string; aliases: readonly string[]; contextTokensMax: number | null }[] | undefined, model: string): number | null {
  return models?.find(({ id, aliases }) => id === model || aliases.includes(model))?.contextTokensMax ?? null;
}

function byProvider(models: readonly { id: string; provider: string }[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { id, provider } of models) {
    groups.set(provider, [...(groups.get(provider) ?? []), id]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

/** The value once it has stayed the same for a while. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
