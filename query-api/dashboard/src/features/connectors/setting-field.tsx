import { words } from "@/shared/format/numbers";
import { CheckField, SelectField, TextArea, TextField } from "@/shared/ui/field";
import { controlOf, type Setting } from "./config";

/** One setting of a connector, as the connector describes it. */
export function SettingField({
  setting,
  value,
  error,
  onChange,
}: {
  setting: Setting;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const label = words((setting.name ?? "").replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`));
  const help = setting.description;
  switch (controlOf(setting)) {
    case "choice":
      return (
        <SelectField label={label} help={help} error={error} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">As usual</option>
          {(setting.kind ?? "").split("|").map((option) => (
            <option key={option}>{option}</option>
          ))}
        </SelectField>
      );
    case "check":
      return <CheckField label={label} help={help} checked={value === "true"} onChange={(event) => onChange(String(event.target.checked))} />;
    case "json":
      return (
        <TextArea
          label={`${label} (JSON)`}
          help={help}
          error={error}
          rows={2}
          spellCheck={false}
          className="min-h-0 font-mono text-xs"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "number":
      return <TextField label={label} help={help} error={error} inputMode="numeric" value={value} onChange={(event) => onChange(event.target.value)} />;
    case "url":
      return <TextField label={label} help={help} error={error} type="url" placeholder="https://" value={value} onChange={(event) => onChange(event.target.value)} />;
    case "text":
      return <TextField label={label} help={help} error={error} value={value} onChange={(event) => onChange(event.target.value)} />;
  }
}
