import { words } from "@/shared/format/numbers";

/** What of an entry of the audit log says on what something was done. */
export interface Subject {
  resourceType: string;
  resourceId: string;
  oldValues?: unknown;
  newValues?: unknown;
}

function nameIn(values: unknown): string | undefined {
  const name = (values as { name?: unknown } | null | undefined)?.name;
  return typeof name === "string" && name !== "" ? name : undefined;
}

const nameOf = (entry: Subject) => nameIn(entry.newValues) ?? nameIn(entry.oldValues);

/** By their ids, what things are called: not every entry says it of its own. */
export function namesOf(entries: readonly Subject[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (name !== undefined && !names.has(entry.resourceId)) {
      names.set(entry.resourceId, name);
    }
  }
  return names;
}

/**
 * What people are called who are members no more, by their ids: the log says it of who went, and of whoever did something.
 *
 * @param entries about members, the newest first
 */
export function namesOfPeople(entries: readonly (Subject & { actor: { id: string; name: string } })[]): ReadonlyMap<string, string> {
  const names = new Map(namesOf(entries));
  for (const { actor } of entries) {
    if (actor.name !== "" && !names.has(actor.id)) {
      names.set(actor.id, actor.name);
    }
  }
  return names;
}

/** On what something was done, by its name as it was then or else as it is known; the end of its id if it is not. */
export function subjectOf(entry: Subject, names: ReadonlyMap<string, string>): string {
  const name = nameOf(entry) ?? names.get(entry.resourceId) ?? entry.resourceId.replace(/^[a-z]+_\w{6,}(\w{4})$/, "…$1");
  return `${words(entry.resourceType)} ${name}`;
}
