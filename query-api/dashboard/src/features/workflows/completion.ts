/** What a text may refer to. */
export interface Reference {
  text: string;
  label: string;
}

export interface Completion {
  /** Where what is being written begins. */
  from: number;
  options: readonly Reference[];
}

const SHOWN = 7;

/**
 * What could be meant by what stands before the cursor: in a template behind two braces, in an expression behind any letter.
 * Null if nothing is being referred to.
 */
export function completionAt(text: string, cursor: number, bare: boolean, references: readonly Reference[]): Completion | null {
  const before = text.slice(0, cursor);
  const match = bare ? /(?:^|[^\w.'"])([A-Za-z_][\w.]*)$/.exec(before) : /\{\{\s*([\w.]*)$/.exec(before);
  const written = match?.[1];
  if (written === undefined) {
    return null;
  }
  const wanted = written.toLowerCase();
  const options = references.filter(({ text: reference }) => reference.toLowerCase().startsWith(wanted) && reference !== written).slice(0, SHOWN);
  return options.length === 0 ? null : { from: cursor - written.length, options };
}

/** The text with a reference in place of what was begun, and where the cursor is then. */
export function complete(text: string, cursor: number, bare: boolean, { from }: Completion, reference: string): { text: string; cursor: number } {
  const behind = text.slice(cursor);
  const closes = bare || /^\s*\}\}/.test(behind) ? "" : "}}";
  return { text: text.slice(0, from) + reference + closes + behind, cursor: from + reference.length + closes.length };
}

/** The fields of a node's input, as references to them. */
export function fieldsOf(sample: unknown): Reference[] {
  return typeof sample === "object" && sample !== null && !Array.isArray(sample)
    ? Object.keys(sample)
        .filter((name) => /^[A-Za-z_]\w*$/.test(name))
        .map((name) => ({ text: `input.${name}`, label: "In the last run's input" }))
    : [];
}
