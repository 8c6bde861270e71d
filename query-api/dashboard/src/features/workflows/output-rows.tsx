import { Link } from "@tanstack/react-router";
import { AlertTriangle } from "lucide-react";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { formatDateTime, formatShort } from "@/shared/format/time";
import { Amount } from "@/shared/ui/amount";
import { Badge } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import { inputOf, type Output } from "./outputs";
import { Tags } from "./tags";

interface Listed {
  outputs: readonly Output[];
  zone: string;
  onTag: (tag: string) => void;
}

export function OutputTable({ outputs, zone, onTag }: Listed) {
  return (
    <ScrollX label="Outputs">
      <Table>
        <thead>
          <tr>
            <Th>Time</Th>
            <Th>Workflow</Th>
            <Th className="max-lg:hidden">Input</Th>
            <Th>Result</Th>
            <Th right className="max-md:hidden">
              Tokens
            </Th>
            <Th right>Cost</Th>
            <Th right className="max-md:hidden">
              Duration
            </Th>
          </tr>
        </thead>
        <tbody>
          {outputs.map((output) => (
            <tr key={output.executionId} className="hover:bg-page" data-testid="output">
              <Td className="whitespace-nowrap">
                <Time output={output}>{formatDateTime(output.completedAt, zone, true)}</Time>
              </Td>
              <Td className="max-w-48">
                <Source output={output} onTag={onTag} />
              </Td>
              <Td className="max-w-40 max-lg:hidden" title={inputOf(output, zone) ?? undefined}>
                <span dir="auto" className="block truncate text-left">
                  {inputOf(output, zone) ?? <span className="text-soft">–</span>}
                </span>
              </Td>
              <Td className="max-w-80" title={output.summary ?? undefined}>
                <span dir="auto" className="block truncate text-left">
                  <Result output={output} />
                </span>
              </Td>
              <Td right className="max-md:hidden">
                {formatCount(output.tokens)}
              </Td>
              <Td right>
                <Cost output={output} />
              </Td>
              <Td right className="max-md:hidden">
                {output.durationMs === null ? "–" : formatDuration(output.durationMs)}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </ScrollX>
  );
}

/** The same, one below the other, where there is no room for a table. */
export function OutputCards({ outputs, zone, onTag }: Listed) {
  return (
    <ul className="divide-y divide-line" aria-label="Outputs">
      {outputs.map((output) => (
        <li key={output.executionId} className="grid grid-cols-1 gap-1.5 p-4" data-testid="output">
          <div className="flex items-start justify-between gap-3">
            <div className="min-w-0 flex-1">
              <Source output={output} onTag={onTag} />
            </div>
            <span className="shrink-0 text-right figures">
              <Cost output={output} />
            </span>
          </div>
          {output.inputKey && (
            <p dir="auto" className="truncate text-left text-xs text-soft">
              {inputOf(output, zone)}
            </p>
          )}
          <p dir="auto" className="line-clamp-3 text-left wrap-anywhere">
            <Result output={output} />
          </p>
          <p className="flex flex-wrap gap-x-2 text-xs text-soft figures">
            <Time output={output}>{formatShort(output.completedAt, zone)}</Time>
            <span>{formatCount(output.tokens)} tokens</span>
            {output.durationMs !== null && <span>{formatDuration(output.durationMs)}</span>}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Leads to the execution that put it out. */
function Time({ output, children }: { output: Output; children: string }) {
  return (
    <Link
      to="/dashboard/workflows/$id/executions/$executionId"
      params={{ id: output.workflowId, executionId: output.executionId }}
      className="inline-flex min-h-6 items-center hover:text-accent hover:underline"
    >
      {children}
    </Link>
  );
}

function Source({ output, onTag }: { output: Output; onTag: (tag: string) => void }) {
  return (
    <>
      <span dir="auto" className="block truncate text-left font-medium" title={output.workflowName}>
        {output.workflowName}
      </span>
      <Tags tags={output.tags} onTag={onTag}>
        {output.test && <Badge>Test</Badge>}
        {output.simulated && <Badge>Simulated</Badge>}
      </Tags>
    </>
  );
}

function Result({ output }: { output: Output }) {
  return output.empty ? (
    <Badge tone="warning">
      <AlertTriangle aria-hidden className="size-3.5" /> Empty result
    </Badge>
  ) : (
    output.summary
  );
}

function Cost({ output }: { output: Output }) {
  return (
    <>
      <Amount usd={output.cost} places={4} />
      {output.unpricedCalls > 0 && <span className="block text-xs whitespace-nowrap text-warning">+ {formatCount(output.unpricedCalls)} unpriced</span>}
    </>
  );
}
