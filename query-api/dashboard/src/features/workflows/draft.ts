import { dropDraft, keepDraft, newestDraftAt } from "@/shared/session/drafts";
import { read, type Config, type Definition } from "./definition";
import { whyNoWorkflow } from "./given";
import type { Base } from "./use-saving";
import type { Draft } from "./workflow-file";

/** Which tab of the browser this is: each keeps what is drawn in it at a place of its own, and drops nobody else's. */
const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** What someone has drawn and not saved. */
export interface Unsaved extends Draft {
  at: string;
  /** Where it is kept. */
  place: string;
  base: Base;
  /** Whether values were left out that are not for a browser to keep. */
  isReduced: boolean;
}

/** What a credential is called. Its value belongs into a secret, of which a template has only the name. */
const CREDENTIAL = /(authorization|token|secret|password|cookie|signature)$|api[-_]?key/i;

const TEMPLATE_LISTS = ["headers", "params"];

/** Without values that were put in where the name of a secret belongs. */
export function withoutCredentials(definition: Definition): { definition: Definition; isReduced: boolean } {
  let isReduced = false;
  const plain = (list: unknown): unknown =>
    typeof list === "object" && list !== null && !Array.isArray(list)
      ? Object.fromEntries(
          Object.entries(list).map(([name, value]) => {
            const isPlain = CREDENTIAL.test(name) && typeof value === "string" && value !== "" && !value.includes("{{");
            isReduced ||= isPlain;
            return [name, isPlain ? "" : (value as unknown)];
          }),
        )
      : list;
  const reduced = (config: Config): Config =>
    Object.fromEntries(
      Object.entries(config).map(([name, value]) => [name, TEMPLATE_LISTS.includes(name) ? plain(value) : name === "options" && isConfig(value) ? reduced(value) : value]),
    );
  return { definition: { ...definition, nodes: definition.nodes.map((node) => ({ ...node, config: reduced(node.config) })) }, isReduced };
}

function isConfig(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param place of the workflow, which all tabs have in common */
export function keep(place: string, { name, definition }: Draft, base: Base): void {
  keepDraft(ownPlace(place), { name, base, ...withoutCredentials(definition) });
}

function ownPlace(place: string): string {
  return `${place}/${TAB}`;
}

/** What was kept of it last, in whichever tab, if it is another than what is stored. */
export function unsavedAt(place: string, stored: Draft): Unsaved | null {
  const kept = newestDraftAt(place);
  const given = (kept?.value ?? {}) as Partial<Unsaved>;
  if (!kept || typeof given.name !== "string" || typeof given.base?.name !== "string" || whyNoWorkflow(given.definition) !== null) {
    return null;
  }
  const definition = read(given.definition);
  if (given.name === stored.name && JSON.stringify(definition) === JSON.stringify(stored.definition)) {
    dropDraft(kept.place);
    return unsavedAt(place, stored);
  }
  const { id, name, version, updatedAt } = given.base;
  return { at: kept.at, place: kept.place, name: given.name, definition, base: { id, name, version, updatedAt }, isReduced: given.isReduced === true };
}

/** What this tab has kept there. */
export function dropOwn(place: string): void {
  dropDraft(ownPlace(place));
}
