import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { formatCompact, formatCount } from "@/shared/format/numbers";
import { useMemberNames } from "@/shared/session/members";
import { Amount } from "@/shared/ui/amount";
import { Badge, Card } from "@/shared/ui/layout";
import { SelectField } from "@/shared/ui/field";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import type { Group, Sum } from "./groups";
import { agentName } from "./snippets";

/** Spend by developer or by model; a row opens to the other. */
export function DeveloperTable({ groups, by, onBy }: { groups: readonly Group[]; by: "userId" | "model"; onBy: (by: "model" | undefined) => void }) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const names = useMemberNames();
  const nameOf = (name: string, isDeveloper: boolean) => (isDeveloper ? (names.get(name) ?? name) : name);
  const isByDeveloper = by === "userId";
  return (
    <Card
      flush
      title={isByDeveloper ? "Spend by developer" : "Spend by model"}
      hint={isByDeveloper ? "Open a row to see the models." : "Open a row to see the developers."}
      actions={
        <SelectField label="Rows" hideLabel className="w-40" value={by} onChange={(event) => onBy(event.target.value === "model" ? "model" : undefined)}>
          <option value="userId">By developer</option>
          <option value="model">By model</option>
        </SelectField>
      }
    >
      <ScrollX label="Spend by coding agents">
        <Table>
          <thead>
            <tr>
              <Th>{isByDeveloper ? "Developer" : "Model"}</Th>
              <Th className="max-md:hidden">Agent</Th>
              <Th right className="max-sm:hidden">
                Calls
              </Th>
              <Th right className="max-md:hidden">
                Tokens
              </Th>
              <Th right>Spend</Th>
              <Th right>Reported</Th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => {
              const isOpen = opened.has(group.name);
              const Icon = isOpen ? ChevronDown : ChevronRight;
              return [
                <tr key={group.name} data-testid="developer" className="hover:bg-page">
                  <Td className="max-w-56">
                    <button
                      type="button"
                      aria-expanded={isOpen}
                      className="flex min-h-6 w-full items-center gap-1.5 text-left font-medium hover:text-accent"
                      onClick={() => {
                        const next = new Set(opened);
                        if (!next.delete(group.name)) {
                          next.add(group.name);
                        }
                        setOpened(next);
                      }}
                    >
                      <Icon aria-hidden className="size-4 shrink-0 text-soft" />
                      <span dir="auto" className="truncate" title={nameOf(group.name, isByDeveloper)}>{nameOf(group.name, isByDeveloper)}</span>
                    </button>
                  </Td>
                  <Td className="max-md:hidden">
                    <span className="flex flex-wrap gap-1">
                      {group.agents.map((agent) => (
                        <Badge key={agent}>{agentName(agent)}</Badge>
                      ))}
                    </span>
                  </Td>
                  <Numbers sum={group.sum} />
                </tr>,
                ...(isOpen
                  ? group.parts.map((part) => (
                      <tr key={`${group.name} ${part.name} ${part.agent}`} data-testid="developer-part" className="bg-page/60">
                        <Td className="max-w-56">
                          <span dir="auto" className="block truncate pl-5.5 text-left text-soft" title={nameOf(part.name, !isByDeveloper)}>{nameOf(part.name, !isByDeveloper)}</span>
                        </Td>
                        <Td className="text-soft max-md:hidden">{agentName(part.agent)}</Td>
                        <Numbers sum={part.sum} />
                      </tr>
                    ))
                  : []),
              ];
            })}
          </tbody>
        </Table>
      </ScrollX>
    </Card>
  );
}

function Numbers({ sum }: { sum: Sum }) {
  return (
    <>
      <Td right className="max-sm:hidden">
        {formatCount(sum.runs)}
      </Td>
      <Td right className="max-md:hidden">
        {formatCompact(sum.tokens)}
      </Td>
      <Td right>{sum.unpricedRuns === sum.runs ? <Badge tone="warning">No price yet</Badge> : <Amount usd={sum.cost} />}</Td>
      <Td right>
        {sum.reportedRuns === 0 ? (
          <span className="text-soft">–</span>
        ) : (
          <>
            <Amount usd={sum.reported} />
            {sum.reportedRuns < sum.runs && <span className="block text-xs text-soft">for {formatCount(sum.reportedRuns)} of them</span>}
          </>
        )}
      </Td>
    </>
  );
}
