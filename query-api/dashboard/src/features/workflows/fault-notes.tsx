import { Note } from "@/shared/ui/layout";
import type { Definition } from "./definition";
import { nameOfPlace, placeOf, sentenceOf, type PlaceFault, type Refused, type ValueFault, type Warning } from "./faults";

/**
 * What is said of a node or an edge above its form.
 *
 * @param others what is wrong and stands at none of the form's fields
 */
export function FaultNotes({ fault, others }: { fault: PlaceFault | null; others: readonly ValueFault[] }) {
  return (
    <>
      {others.length > 0 && <Note tone="critical">{others.map(({ sentence }) => sentence).join(" ")}</Note>}
      {fault?.severity === "warning" && <Note tone="warning">{fault.text}</Note>}
    </>
  );
}

interface Told {
  id: string | null | undefined;
  sentence: string;
}

/** Each with the way to its node or edge. */
function Places({ label, told, definition, onPick }: { label: string; told: readonly Told[]; definition: Definition; onPick: (id: string) => void }) {
  return (
    <ul aria-label={label} className="mt-1.5 grid gap-1.5">
      {told.map(({ id, sentence }, index) => {
        const name = id === undefined || id === null ? undefined : nameOfPlace(definition, id);
        return (
          <li key={index} className="wrap-anywhere">
            {name !== undefined && (
              <>
                <button type="button" className="min-h-6 font-medium underline underline-offset-2" onClick={() => onPick(id!)}>
                  {name}
                </button>
                :{" "}
              </>
            )}
            {sentence}
          </li>
        );
      })}
    </ul>
  );
}

interface Props {
  definition: Definition;
  onPick: (id: string) => void;
}

/** Why the workflow was not saved. */
export function Refusals({ refused, ...props }: Props & { refused: Refused }) {
  return (
    <Note tone="critical">
      <p className="font-medium">It was not saved. This is to be mended first:</p>
      <Places label="To mend" told={refused.all} {...props} />
    </Note>
  );
}

/** Everything that was warned of when the workflow was saved. */
export function Warnings({ warnings, ...props }: Props & { warnings: readonly Warning[] }) {
  return (
    <Note tone="warning">
      <p className="font-medium">As it was saved it can run, but perhaps not as you mean:</p>
      <Places label="Warnings" told={warnings.map((warning) => ({ id: placeOf(warning), sentence: sentenceOf(warning) }))} {...props} />
    </Note>
  );
}
