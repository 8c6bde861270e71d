import { useId, useState } from "react";
import { levelOf } from "@/shared/api/budget-level";
import { messageOf, ProblemError } from "@/shared/api/client";
import { formatDate } from "@/shared/format/time";
import { faultOfCount, faultOfUsd, fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { Field, inputClass, SelectField, TextField } from "@/shared/ui/field";
import { Note, Progress } from "@/shared/ui/layout";
import { LeaveDialog } from "@/shared/ui/leave-dialog";
import { toast } from "@/shared/ui/toast";
import { useSaveSingle, type SingleBudget } from "./api";
import { BudgetAmount } from "./budget-amount";
import { usedOf } from "./level";
import { thresholdUsd } from "./thresholds";

const LEVELS = ["Info", "Warning", "Critical"] as const;

/** Where each is told what is wrong with it. */
const FIELDS = ["monthlyBudgetUsd", "dailyBudgetUsd", "maxTokensPerPrompt", "alertThresholds"];

/** What of a budget its form holds: another one is begun with whenever this is another. */
export function formKeyOf(budget: SingleBudget | null): string {
  return JSON.stringify([budget?.monthlyBudgetUsd, budget?.dailyBudgetUsd, budget?.maxTokensPerPrompt, budget?.alertThresholds, budget?.enforcement]);
}

export function SingleForm({ account, budget }: { account: Account; budget: SingleBudget | null }) {
  const initial = {
    monthly: fieldUsd(budget?.monthlyBudgetUsd ?? ""),
    daily: fieldUsd(budget?.dailyBudgetUsd ?? ""),
    tokens: budget?.maxTokensPerPrompt?.toString() ?? "",
    thresholds: (budget?.alertThresholds ?? [75, 90, 100]).map(String),
    enforcement: budget?.enforcement ?? "alert_only",
  };
  const [form, setForm] = useState(initial);
  const save = useSaveSingle(account);
  const thresholdsId = useId();
  const set = (patch: Partial<typeof form>) => {
    setForm((before) => ({ ...before, ...patch }));
    if (save.isError) {
      // What was wrong may be mended: while it is said, nothing can be saved.
      save.reset();
    }
  };
  const isDirty = JSON.stringify(form) !== JSON.stringify(initial);
  const problem = save.error instanceof ProblemError ? save.error : null;
  const rising = form.thresholds.every((value, index) => {
    const percent = Number(value);
    return Number.isInteger(percent) && percent > Number(form.thresholds[index - 1] ?? 0) && percent <= 100;
  });
  const errors = {
    monthly: faultOfUsd(form.monthly) ?? problem?.field("monthlyBudgetUsd"),
    daily: faultOfUsd(form.daily) ?? problem?.field("dailyBudgetUsd"),
    tokens: faultOfCount(form.tokens) ?? problem?.field("maxTokensPerPrompt"),
    thresholds: rising ? problem?.field("alertThresholds") : "Three whole percentages that rise, the last at most 100",
  };
  // At a field it is said once, and not below them all over again.
  const isToldAtFields = problem !== null && problem.errors.length > 0 && problem.errors.every(({ field }) => FIELDS.includes(field));
  const isSound = !errors.monthly && !errors.daily && !errors.tokens && rising;
  const status = budget?.status;
  return (
    <form
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        // Not by the form's own callback: with what it has saved the form is made anew, and what it asked to be told goes with it.
        save
          .mutateAsync({
            monthlyBudgetUsd: typedUsd(form.monthly).usd ?? null,
            dailyBudgetUsd: typedUsd(form.daily).usd ?? null,
            maxTokensPerPrompt: form.tokens.trim() ? Number(form.tokens) : null,
            alertThresholds: form.thresholds.map(Number),
            enforcement: form.enforcement,
          })
          .then(
            () => toast("The budget is saved."),
            () => undefined,
          );
      }}
    >
      {status && (
        <div className="rounded-lg bg-page p-3.5">
          <div className="mb-1.5 flex flex-wrap justify-between gap-x-4 figures">
            <span className="font-semibold">
              <BudgetAmount status={status} of={status.spent} />{" "}
              <span className="font-normal text-soft">
                of <BudgetAmount status={status} of={status.limit} />
              </span>
            </span>
            <span className="text-soft">{usedOf(status)}</span>
          </div>
          <Progress
            percent={status.percentage}
            used={usedOf(status)}
            level={levelOf(
              status,
              (budget?.alertThresholds ?? []).map((percent, index) => ({ percent, severity: (["info", "warning", "critical"] as const)[index]! })),
            )}
            label="This month"
          />
          <p className="mt-1.5 text-xs text-soft">
            {status.projected && (
              <>
                Heading for <BudgetAmount status={status} of={status.projected} />.{" "}
              </>
            )}
            Begins anew on {formatDate(status.periodEnd, account.zone)}.
          </p>
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Monthly limit"
          prefix="$"
          inputMode="decimal"
          placeholder="None"
          value={form.monthly}
          onChange={(event) => set({ monthly: event.target.value })}
          error={errors.monthly}
          help="Leave it empty for none."
        />
        <TextField
          label="Daily limit"
          prefix="$"
          inputMode="decimal"
          placeholder="None"
          value={form.daily}
          onChange={(event) => set({ daily: event.target.value })}
          error={errors.daily}
        />
        <TextField
          label="Tokens per prompt, at most"
          inputMode="numeric"
          placeholder="Any number"
          value={form.tokens}
          onChange={(event) => set({ tokens: event.target.value })}
          error={errors.tokens}
        />
        <SelectField
          label="At the limit"
          value={form.enforcement}
          onChange={(event) => set({ enforcement: event.target.value as "block" })}
          help={form.enforcement === "block" ? "Checks before a call say no; runs under way finish." : "You are told; nothing is blocked."}
        >
          <option value="alert_only">Alert only</option>
          <option value="block">Block further runs</option>
        </SelectField>
      </div>
      <fieldset aria-describedby={errors.thresholds ? thresholdsId : undefined}>
        <legend className="mb-1 text-[0.8125rem] font-medium">Alert at</legend>
        <div className="grid grid-cols-3 gap-3">
          {form.thresholds.map((value, index) => {
            const usd = form.monthly ? thresholdUsd(form.monthly, Number(value) || 0) : null;
            return (
              <Field key={index} label={LEVELS[index]!} help={usd ?? undefined}>
                {(control) => (
                  <div className="relative">
                    <input
                      {...control}
                      {...(errors.thresholds ? { "aria-invalid": true as const } : {})}
                      inputMode="numeric"
                      className={`${inputClass} pr-7`}
                      value={value}
                      onChange={(event) => set({ thresholds: form.thresholds.with(index, event.target.value) })}
                    />
                    <span aria-hidden className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-soft">
                      %
                    </span>
                  </div>
                )}
              </Field>
            );
          })}
        </div>
        {errors.thresholds && <p id={thresholdsId} className="mt-1 text-xs text-critical">{errors.thresholds}</p>}
      </fieldset>
      {save.error && !isToldAtFields && <Note tone="critical">{messageOf(save.error)}</Note>}
      <div className="flex justify-end gap-2">
        <Button disabled={!isDirty} onClick={() => setForm(initial)}>
          Cancel
        </Button>
        <Button kind="primary" type="submit" disabled={!isDirty || !isSound} busy={save.isPending}>
          Save
        </Button>
      </div>
      <LeaveDialog what="This budget has" isDirty={isDirty} />
    </form>
  );
}
