import { useState } from "react";
import { DEFAULT_THRESHOLDS } from "@/shared/api/budget-level";
import { ProblemError } from "@/shared/api/client";
import { words } from "@/shared/format/numbers";
import { faultOfCount, faultOfUsd, fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { SelectField, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";
import { useSaveBudget, type Budget, type BudgetForm } from "./api";
import { DIMENSIONS, periodOf, PERIODS } from "./names";
import { formOf } from "./quick-adjust";
import { faultsOf, rowsOf, thresholdsOf } from "./thresholds";
import { ThresholdsField } from "./thresholds-field";

const EXAMPLES: Record<string, string> = { member: "usr_…", model: "gpt-4o", provider: "openai", prompt: "prompt_…", api_key: "key_…" };

/** @param onReload begins anew with the budget as it is by now, where someone else has changed it meanwhile */
export function BudgetDialog({ account, budget, onReload, onClose }: { account: Account; budget: Budget | null; onReload?: (() => void) | undefined; onClose: () => void }) {
  const dimensionOf = budget?.dimension ?? "account";
  const isTag = dimensionOf.startsWith("tag:");
  const [form, setForm] = useState({
    name: budget?.name ?? "",
    dimension: isTag ? "tag" : dimensionOf,
    tag: isTag ? dimensionOf.slice("tag:".length) : "",
    value: budget?.value ?? "*",
    unit: (budget?.limitTokens ? "tokens" : "usd") as "usd" | "tokens",
    limit: String(budget?.limitTokens ?? fieldUsd(String(budget?.limitUsd ?? ""))),
    period: budget ? periodOf(budget) : "month",
    enforcement: budget?.enforcement ?? "alert_only",
    thresholds: rowsOf(budget?.thresholds ?? DEFAULT_THRESHOLDS),
  });
  const set = (patch: Partial<typeof form>) => setForm((before) => ({ ...before, ...patch }));
  const save = useSaveBudget(account);
  const problem = save.error instanceof ProblemError ? save.error : null;
  const limitFault = form.unit === "usd" ? faultOfUsd(form.limit) : faultOfCount(form.limit);
  const thresholdFaults = faultsOf(form.thresholds, form.unit);
  const isSound =
    form.name.trim() !== "" && form.limit.trim() !== "" && !limitFault && thresholdFaults.every((fault) => fault === undefined) && (form.dimension !== "tag" || form.tag.trim() !== "");

  const submit = () => {
    const before: Partial<BudgetForm> = budget ? formOf(budget) : {};
    const { limitUsd: _usd, limitTokens: _tokens, value: _value, ...kept } = before;
    const samePeriod = budget && periodOf(budget) === form.period && budget.period !== undefined;
    save.mutate(
      {
        ...(budget ? { id: budget.id } : {}),
        form: {
          ...kept,
          name: form.name.trim(),
          dimension: form.dimension === "tag" ? `tag:${form.tag.trim()}` : form.dimension,
          ...(form.dimension === "account" ? {} : { value: form.value.trim() || "*" }),
          ...(form.unit === "usd" ? { limitUsd: typedUsd(form.limit).usd } : { limitTokens: Number(form.limit) }),
          period: samePeriod ? budget.period! : form.period === "total" ? "total" : { unit: form.period, timezone: account.zone },
          enforcement: form.enforcement,
          thresholds: thresholdsOf(form.thresholds, form.unit),
        } as BudgetForm,
      },
      {
        onSuccess: () => {
          toast(`${form.name} is saved.`);
          onClose();
        },
      },
    );
  };

  return (
    <FormDialog
      title={budget ? `Edit ${budget.name}` : "Add a budget"}
      description="What was spent in its period before now counts."
      submit="Save"
      busy={save.isPending}
      disabled={!isSound}
      error={save.error}
      columns
      onClose={onClose}
      onSubmit={submit}
    >
      {problem?.status === 409 && onReload && (
        <div className="sm:col-span-2">
          <Button size="s" onClick={onReload}>
            Show what is there now
          </Button>
        </div>
      )}
      <div className="sm:col-span-2">
        <TextField label="Name" required maxLength={100} value={form.name} onChange={(event) => set({ name: event.target.value })} error={problem?.field("name")} />
      </div>
      <SelectField label="Of what" value={form.dimension} onChange={(event) => set({ dimension: event.target.value })}>
        {DIMENSIONS.map((dimension) => (
          <option key={dimension} value={dimension}>
            {dimension === "account" ? "Everything" : words(dimension)}
          </option>
        ))}
        <option value="tag">Tag</option>
      </SelectField>
      {form.dimension === "tag" && (
        <TextField label="Tag" placeholder="env" value={form.tag} onChange={(event) => set({ tag: event.target.value })} error={problem?.field("dimension")} />
      )}
      {form.dimension !== "account" && (
        <TextField
          label="Which one"
          value={form.value}
          placeholder={EXAMPLES[form.dimension] ?? "*"}
          onChange={(event) => set({ value: event.target.value })}
          help="* gives each of them a limit of its own."
          error={problem?.field("value")}
        />
      )}
      <TextField
        label={form.unit === "usd" ? "Limit in dollars" : "Limit in tokens"}
        {...(form.unit === "usd" ? { prefix: "$" } : {})}
        inputMode="decimal"
        required
        value={form.limit}
        onChange={(event) => set({ limit: event.target.value })}
        error={limitFault ?? problem?.field("limitUsd") ?? problem?.field("limitTokens")}
      />
      <SelectField label="Counted in" value={form.unit} onChange={(event) => set({ unit: event.target.value as "usd" | "tokens" })}>
        <option value="usd">US dollars</option>
        <option value="tokens">Tokens</option>
      </SelectField>
      <SelectField label="Period" value={form.period} onChange={(event) => set({ period: event.target.value as "month" })}>
        {PERIODS.map((period) => (
          <option key={period} value={period}>
            {period === "total" ? "In all, without an end" : words(period)}
          </option>
        ))}
      </SelectField>
      <SelectField label="At the limit" value={form.enforcement} onChange={(event) => set({ enforcement: event.target.value as "block" })}>
        <option value="alert_only">Alert only</option>
        <option value="block">Block further runs</option>
      </SelectField>
      <div className="sm:col-span-2">
        <ThresholdsField rows={form.thresholds} faults={thresholdFaults} unit={form.unit} onChange={(thresholds) => set({ thresholds })} />
      </div>
    </FormDialog>
  );
}
