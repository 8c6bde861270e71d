import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { typedUsd, type TypedUsd } from "@/shared/format/typed-amounts";
import type { Account } from "@/shared/session/account";
import { TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";

type Price = Schemas["PriceOverrides"]["priceOverrides"][number];

const KINDS = [
  { kind: "input", label: "Input" },
  { kind: "output", label: "Output" },
  { kind: "cacheRead", label: "Cached input" },
] as const;

/** What waits for a price is priced some moments after there is one. */
const PRICED_MS = 2500;

/** A rate as someone has typed it: an amount, or nothing at all, as for what costs nothing. */
export function typedRate(text: string): TypedUsd {
  const typed: TypedUsd = /^0+([.,]0+)?$/.test(text.trim()) ? { usd: "0" } : typedUsd(text);
  return typed.usd !== undefined && !/^\d{1,6}(\.|$)/.test(typed.usd) ? { fault: "Less than a million dollars" } : typed;
}

/** A price of the account's own, for a model that is on no list. */
export function PriceDialog({ account, model, provider, onClose }: { account: Account; model: string; provider: string; onClose: () => void }) {
  const [rates, setRates] = useState<Readonly<Record<string, string>>>({});
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: async (price: Price) => {
      const { priceOverrides } = await answer(api.GET("/api/token-tracking/price-overrides", { params: { query: account.params } }));
      const others = priceOverrides.filter((one) => one.model !== price.model || one.provider !== price.provider);
      return answer(api.PUT("/api/token-tracking/price-overrides", { params: { query: account.params }, body: { priceOverrides: [...others, price] } }));
    },
    onSuccess: () => {
      toast(`${model} has a price. Runs that waited for it are priced in a moment.`);
      setTimeout(() => void queryClient.invalidateQueries({ queryKey: ["usage", account.key] }), PRICED_MS);
      onClose();
    },
  });
  const told = KINDS.filter(({ kind }) => rates[kind]?.trim());
  const typed = Object.fromEntries(told.map(({ kind }) => [kind, typedRate(rates[kind]!)]));
  const isSound = typed.input !== undefined && Object.values(typed).every(({ fault }) => fault === undefined);
  return (
    <FormDialog
      title={`What ${model} costs`}
      description={`For ${account.isTeam ? account.name : "you"} alone, in dollars for a million tokens. It holds from now on, and for what still waits for a price.`}
      submit="Set the price"
      busy={save.isPending}
      disabled={!isSound}
      error={save.error}
      onClose={onClose}
      onSubmit={() => save.mutate({ model, provider, usdPerMillion: Object.fromEntries(Object.entries(typed).map(([kind, { usd = "" }]) => [kind, usd])) })}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        {KINDS.map(({ kind, label }) => (
          <TextField
            key={kind}
            label={label}
            prefix="$"
            inputMode="decimal"
            required={kind === "input"}
            placeholder={kind === "cacheRead" ? "As input" : "0.15"}
            value={rates[kind] ?? ""}
            error={typed[kind]?.fault}
            onChange={(event) => setRates({ ...rates, [kind]: event.target.value })}
          />
        ))}
      </div>
    </FormDialog>
  );
}
