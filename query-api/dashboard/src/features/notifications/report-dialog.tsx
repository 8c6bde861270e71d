import { useState } from "react";
import { ProblemError } from "@/shared/api/client";
import { zones } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import { SelectField, TextArea, TextField } from "@/shared/ui/field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { toast } from "@/shared/ui/toast";
import { useSaveReport, type Report, type ReportForm } from "./api-reports";
import { addressesOf, FREQUENCIES } from "./names";

export function ReportDialog({ account, report, onClose }: { account: Account; report: Report | null; onClose: () => void }) {
  const [name, setName] = useState(report?.name ?? "");
  const [frequency, setFrequency] = useState<ReportForm["frequency"]>(report?.frequency ?? "weekly");
  const [at, setAt] = useState(report?.at ?? "07:00");
  const [timezone, setTimezone] = useState(report?.timezone ?? account.zone);
  const [to, setTo] = useState((report?.to ?? []).join("\n"));
  const save = useSaveReport(account);
  const problem = save.error instanceof ProblemError ? save.error : null;
  const addresses = addressesOf(to);
  const isToldByFields = problem !== null && problem.errors.length > 0 && problem.errors.every(({ field }) => /^(name$|to($|\[))/.test(field));
  return (
    <FormDialog
      title={report ? `Change ${report.name}` : "Have a report sent"}
      description="What was spent in each day, week or month that is over: in the mail, and as a PDF with it."
      submit={report ? "Save" : "Add"}
      busy={save.isPending}
      disabled={name.trim() === "" || addresses.length === 0}
      error={isToldByFields ? null : save.error}
      onClose={onClose}
      onSubmit={() =>
        save.mutate(
          { id: report?.id ?? null, body: { name: name.trim(), frequency, at, timezone, to: addresses, enabled: report?.enabled ?? true } },
          {
            onSuccess: (kept) => {
              toast(`${kept.name} is saved.`);
              onClose();
            },
          },
        )
      }
    >
      <TextField label="Name" required maxLength={100} placeholder="Weekly spend" value={name} error={problem?.field("name")} onChange={(event) => setName(event.target.value)} />
      <div className="grid gap-4 sm:grid-cols-3">
        <SelectField label="Sent" value={frequency} onChange={(event) => setFrequency(event.target.value as ReportForm["frequency"])}>
          {Object.entries(FREQUENCIES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextField label="At" type="time" required value={at} onChange={(event) => setAt(event.target.value)} />
        <SelectField label="Time zone" value={timezone} onChange={(event) => setTimezone(event.target.value)}>
          {[...new Set([timezone, ...zones()])].map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </SelectField>
      </div>
      <TextArea
        label="To"
        rows={3}
        className="min-h-0"
        placeholder="finance@example.com"
        help="One address a line, or with commas between; twenty at most."
        value={to}
        error={problem?.list("to", "address")}
        onChange={(event) => setTo(event.target.value)}
      />
    </FormDialog>
  );
}
