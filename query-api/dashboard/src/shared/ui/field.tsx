import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";
import { useId, type ComponentProps, type ReactNode } from "react";
import { textOfFaults, useFaultsAt, type At } from "./field-faults";

export const inputClass =
  "h-9 w-full rounded-lg border border-field bg-surface px-3 text-ink placeholder:text-soft transition-colors hover:border-soft aria-invalid:border-critical disabled:opacity-60";

/** A label, a control, help and what is wrong, tied together for those who hear the page. */
export function Field({
  label,
  help,
  error: own,
  at,
  hideLabel = false,
  className,
  children,
}: {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  /** What it is for, where FieldFaults tells what is wrong. */
  at?: At;
  hideLabel?: boolean;
  className?: string;
  children: (control: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}) {
  const id = useId();
  const helpId = `${id}-help`;
  const told = textOfFaults(useFaultsAt(at));
  const error = own ?? told;
  return (
    <div className={className}>
      <label htmlFor={id} className={clsx("mb-1 block text-[0.8125rem] font-medium", hideLabel && "sr-only")}>
        {label}
      </label>
      {children({
        id,
        ...(help || error ? { "aria-describedby": helpId } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {(help || error) && (
        <p id={helpId} className={clsx("mt-1 text-xs", error ? "text-critical" : "text-soft")}>
          {error ?? help}
        </p>
      )}
    </div>
  );
}

type FieldProps = { label: string; help?: ReactNode; error?: string | undefined; at?: At; hideLabel?: boolean };

export function TextField({ label, help, error, at, hideLabel, className, prefix, ...input }: FieldProps & ComponentProps<"input">) {
  return (
    <Field label={label} help={help} error={error} at={at} hideLabel={hideLabel ?? false} {...(className ? { className } : {})}>
      {(control) => (
        <div className="relative">
          {prefix && (
            <span aria-hidden className="pointer-events-none absolute inset-y-0 left-3 flex items-center text-soft">
              {prefix}
            </span>
          )}
          <input className={clsx(inputClass, prefix && "pl-7")} {...control} {...input} />
        </div>
      )}
    </Field>
  );
}

export function TextArea({ label, help, error, at, hideLabel, className, ...input }: FieldProps & ComponentProps<"textarea">) {
  return (
    <Field label={label} help={help} error={error} at={at} hideLabel={hideLabel ?? false}>
      {(control) => (
        <textarea className={clsx(inputClass, "h-auto min-h-24 py-2 leading-relaxed", className)} {...control} {...input} />
      )}
    </Field>
  );
}

/** The browser's own list: it works with every keyboard, screen reader and phone. */
export function SelectField({
  label,
  help,
  error,
  at,
  hideLabel,
  className,
  children,
  ...input
}: FieldProps & ComponentProps<"select">) {
  return (
    <Field label={label} help={help} error={error} at={at} hideLabel={hideLabel ?? false} {...(className ? { className } : {})}>
      {(control) => (
        <div className="relative">
          <select className={clsx(inputClass, "appearance-none pr-8")} {...control} {...input}>
            {children}
          </select>
          <ChevronDown aria-hidden className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-soft" />
        </div>
      )}
    </Field>
  );
}

export function CheckField({ label, help, ...input }: { label: ReactNode; help?: ReactNode } & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input id={id} type="checkbox" className="mt-0.5 size-4 shrink-0 accent-(--accent)" {...input} />
      <label htmlFor={id} className="min-w-0">
        <span className="font-medium">{label}</span>
        {help && <span className="block text-xs text-soft">{help}</span>}
      </label>
    </div>
  );
}
