import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { CheckCircle2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/shared/api/client";
import { formatExactUsd, nanoUsd } from "@/shared/format/money";
import { fieldUsd, typedUsd } from "@/shared/format/typed-amounts";
import type { Account } from "@/shared/session/account";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { CheckField, TextField } from "@/shared/ui/field";
import { Failure, Note, Skeleton } from "@/shared/ui/layout";
import { recommendationQuery, useSaveSingle, VOLUMES, type Volume } from "./api";
import { reasonOf } from "./recommended";
import { thresholdUsd } from "./thresholds";

const MODELS = ["gpt-4o-mini", "gpt-4o", "gpt-4-turbo", "claude-3-5-sonnet", "gemini-1-5-pro"];

const PERCENTS = [
  { percent: 75, level: "Info" },
  { percent: 90, level: "Warning" },
  { percent: 100, level: "Critical" },
];

/** A few questions, an amount with its reason, and it is set. */
export function Wizard({ account, onClose }: { account: Account; onClose: () => void }) {
  const [step, setStep] = useState<"usage" | "amount" | "done">("usage");
  const [volume, setVolume] = useState<Volume>("50-200");
  const [models, setModels] = useState(["gpt-4o-mini"]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [block, setBlock] = useState(false);
  const recommendation = useQuery({ ...recommendationQuery(account, volume, models), enabled: step === "amount" && models.length > 0 });
  const save = useSaveSingle(account);
  const monthly = chosen ?? fieldUsd(recommendation.data?.monthlyBudgetUsd ?? "");
  const typed = typedUsd(monthly);

  const footer =
    step === "usage" ? (
      <>
        <Button onClick={onClose}>Not now</Button>
        <Button kind="primary" disabled={models.length === 0} onClick={() => setStep("amount")}>
          Recommend an amount
        </Button>
      </>
    ) : step === "amount" ? (
      <>
        <Button
          onClick={() => {
            // Other answers, another amount.
            setChosen(null);
            setStep("usage");
          }}
        >
          Back
        </Button>
        <Button
          kind="primary"
          disabled={typed.usd === undefined}
          busy={save.isPending}
          onClick={() =>
            save.mutate(
              { monthlyBudgetUsd: typed.usd ?? null, alertThresholds: [75, 90, 100], enforcement: block ? "block" : "alert_only" },
              { onSuccess: () => setStep("done") },
            )
          }
        >
          Set this budget
        </Button>
      </>
    ) : (
      <Button kind="primary" onClick={onClose}>
        Done
      </Button>
    );

  return (
    <Dialog
      open
      isForm={step !== "done"}
      onClose={onClose}
      title={step === "done" ? "Your budget is set" : "Find a budget"}
      description={step === "usage" ? "Two questions." : step === "amount" ? "Change it as you like." : undefined}
      footer={footer}
    >
      {step === "usage" && (
        <div className="grid gap-5">
          <fieldset>
            <legend className="mb-2 font-medium">How many prompts do you run in a month?</legend>
            <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
              {VOLUMES.map((one) => (
                <label
                  key={one}
                  className={clsx(
                    "relative cursor-pointer rounded-lg border px-3 py-2 text-center font-medium",
                    volume === one ? "border-accent bg-accent-wash text-accent" : "border-line-strong",
                  )}
                >
                  <input type="radio" name="volume" className="peer sr-only" checked={volume === one} onChange={() => setVolume(one)} />
                  <span aria-hidden className="pointer-events-none absolute -inset-px rounded-lg peer-focus-visible:outline-2 peer-focus-visible:outline-accent" />
                  {one.replace("-", "–")}
                </label>
              ))}
            </div>
          </fieldset>
          <fieldset>
            <legend className="mb-2 font-medium">Which models do you use?</legend>
            <div className="grid gap-2 sm:grid-cols-2">
              {MODELS.map((model) => (
                <CheckField
                  key={model}
                  label={model}
                  checked={models.includes(model)}
                  onChange={(event) => setModels(event.target.checked ? [...models, model] : models.filter((other) => other !== model))}
                />
              ))}
            </div>
          </fieldset>
        </div>
      )}
      {step === "amount" &&
        (recommendation.error ? (
          <Failure error={recommendation.error} retry={() => void recommendation.refetch()} />
        ) : !recommendation.data ? (
          <Skeleton className="h-52" />
        ) : (
          <div className="grid gap-4">
            <TextField
              label="Monthly budget"
              prefix="$"
              inputMode="decimal"
              value={monthly}
              onChange={(event) => setChosen(event.target.value)}
              error={typed.fault}
              help={reasonOf(recommendation.data, volume)}
            />
            <div className="rounded-lg bg-page p-3.5">
              <p className="mb-1.5 text-[0.8125rem] font-medium">You are told at</p>
              <ul className="grid gap-1 figures">
                {PERCENTS.map(({ percent, level }) => (
                  <li key={percent} className="flex justify-between gap-4">
                    <span>
                      {percent}% <span className="text-soft">· {level}</span>
                    </span>
                    <span className="font-medium">{thresholdUsd(monthly, percent) ?? "–"}</span>
                  </li>
                ))}
              </ul>
            </div>
            <CheckField
              label="Block further runs at 100%"
              help="Calls that ask before they run are told no. Runs under way finish."
              checked={block}
              onChange={(event) => setBlock(event.target.checked)}
            />
            {save.error && <Note tone="critical">{messageOf(save.error)}</Note>}
          </div>
        ))}
      {step === "done" && (
        <div className="flex flex-col items-center py-4 text-center">
          <CheckCircle2 aria-hidden className="mb-3 size-10 text-good" />
          <p className="text-lg font-semibold">{formatExactUsd(nanoUsd(typed.usd ?? "0"))} each month</p>
          <p className="mt-1 text-soft">
            {account.isTeam ? "Owners and admins are" : "You are"} told at 75, 90 and 100%.{" "}
            {block ? "At the end, further runs are blocked." : "Nothing is blocked."}
          </p>
        </div>
      )}
    </Dialog>
  );
}
