import { createContext, useCallback, useContext, useLayoutEffect, useMemo, useState, type ReactNode } from "react";

/** What is wrong with one value of what a form is of. */
export interface FieldFault {
  /** Where it stands in that, such as "config.url"; empty of the whole. */
  path: string;
  /** For people, as it stands at its field. */
  text: string;
}

interface Scope {
  faults: readonly FieldFault[];
  /** Says that some stand at a field; what is returned takes that back. */
  claim: (own: readonly FieldFault[]) => () => void;
}

const Faults = createContext<Scope>({ faults: [], claim: () => () => undefined });

/**
 * Brings faults to the fields of a form, which say by `at` what they are for.
 *
 * @param children are given those that no field stands for
 */
export function FieldFaults<T extends FieldFault>({ faults, children }: { faults: readonly T[]; children: (others: readonly T[]) => ReactNode }) {
  const [claimed, setClaimed] = useState<readonly FieldFault[]>([]);
  const claim = useCallback((own: readonly FieldFault[]) => {
    setClaimed((before) => [...before, ...own]);
    return () => setClaimed((before) => before.filter((one) => !own.includes(one)));
  }, []);
  const scope = useMemo(() => ({ faults, claim }), [faults, claim]);
  return <Faults value={scope}>{children(faults.filter((one) => !claimed.includes(one)))}</Faults>;
}

const SEPARATOR = "\n";

/** The path of the value that a field is for, or those that it can stand at. */
export type At = string | readonly string[] | undefined;

/** What is wrong with the values at some paths, and within them. */
export function useFaultsAt(at: At): readonly FieldFault[] {
  const { faults, claim } = useContext(Faults);
  const key = typeof at === "string" ? at : (at?.join(SEPARATOR) ?? "");
  const own = useMemo(() => {
    const paths = key === "" ? [] : key.split(SEPARATOR);
    return faults.filter(({ path }) => paths.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`)));
  }, [faults, key]);
  useLayoutEffect(() => (own.length > 0 ? claim(own) : undefined), [own, claim]);
  return own;
}

/** The same in one text, each only once; undefined if nothing is wrong. */
export function textOfFaults(faults: readonly FieldFault[]): string | undefined {
  return faults.length > 0 ? [...new Set(faults.map(({ text }) => text))].join(" ") : undefined;
}

/** Leads the focus to the first field at which something is wrong, also where it is folded away. */
export function focusFirstFault(form: HTMLElement | null): boolean {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]');
  const folded = field?.closest("details");
  if (folded) {
    folded.open = true;
  }
  field?.focus();
  return field !== null && field !== undefined;
}
