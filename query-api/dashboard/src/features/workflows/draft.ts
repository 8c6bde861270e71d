import { dropDraft, draftAt, keepDraft } from "@/shared/session/drafts";
import { read, type Config, type Definition } from "./definition";
import { whyNoWorkflow } from "./given";
import type { Base } from "./use-saving";
import type { Draft } from "./workflow-file";

/** Which tab of the browser this is: what another one keeps is that one's to drop. */
const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** What someone has drawn and not saved. */
export interface Unsaved extends Draft {
  at: string;
  base: Base;
  /** Whether values were left out that are not for a browser to keep. */
  isReduced: boolean;
}

/** What a credential is called. Its value belongs into a secret, of which a template has only the name. */
const CREDENTIAL = /(authorization|token|secret|password|cookie|signature)$|api[-_]?key/i;

const TEMPLATE_LISTS = ["headers", "params"];

/** Without values that were put in where the name of a secret belongs. */
function withoutCredentials(definition: Definition): { definition: Definition; isReduced: boolean } {
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

export function keep(place: string, { name, definition }: Draft, base: Base): void {
  keepDraft(place, { name, base, tab: TAB, ...withoutCredentials(definition) });
}

/** What was kept of it, if it is another than what is stored. */
export function unsavedAt(place: string, stored: Draft): Unsaved | null {
  const kept = draftAt(place);
  const given = (kept?.value ?? {}) as Partial<Unsaved>;
  if (!kept || typeof given.name !== "string" || typeof given.base?.name !== "string" || whyNoWorkflow(given.definition) !== null) {
    return null;
  }
  const definition = read(given.definition);
  if (given.name === stored.name && JSON.stringify(definition) === JSON.stringify(stored.definition)) {
    dropDraft(place);
    return null;
  }
  const { id, name, version, updatedAt } = given.base;
  return { at: kept.at, name: given.name, definition, base: { id, name, version, updatedAt }, isReduced: given.isReduced === true };
}

/** What this tab has kept there. */
export function dropOwn(place: string): void {
  if ((draftAt(place)?.value as { tab?: string } | undefined)?.tab === TAB) {
    dropDraft(place);
  }
}
