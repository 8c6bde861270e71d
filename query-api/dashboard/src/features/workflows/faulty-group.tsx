import { useId, type ReactNode } from "react";
import { textOfFaults, useFaultsAt, type At } from "@/shared/ui/field-faults";

/**
 * Several fields that one value is made of, with what is wrong with it below them.
 *
 * @param isMarked whether one of the fields is marked itself, and the focus led there
 */
export function FaultyGroup({ legend, at, isMarked = false, className, children }: { legend: string; at: At; isMarked?: boolean; className?: string; children: ReactNode }) {
  const id = useId();
  const told = textOfFaults(useFaultsAt(at));
  return (
    <fieldset
      {...(className ? { className } : {})}
      {...(told ? { "aria-describedby": id } : {})}
      {...(told && !isMarked ? { tabIndex: -1, "data-invalid": true } : {})}
    >
      <legend className="mb-1 text-[0.8125rem] font-medium">{legend}</legend>
      {children}
      {told && (
        <p id={id} className="mt-1 text-xs text-critical">
          {told}
        </p>
      )}
    </fieldset>
  );
}
