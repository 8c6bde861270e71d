import { Link } from "@tanstack/react-router";
import { AlertTriangle } from "lucide-react";
import { formatCount, formatDuration } from "@/shared/format/numbers";
import { formatDateTime } from "@/shared/format/time";
import { Amount } from "@/shared/ui/amount";
import { Badge } from "@/shared/ui/layout";
import { ScrollX, Table, Td, Th } from "@/shared/ui/table";
import type { Output } from "./outputs";
import { Tags } from "./tags";

export function OutputTable({ outputs, zone, onTag }: { outputs: readonly Output[]; zone: string; onTag: (tag: string) => void }) {
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
                <Link
                  to="/dashboard/workflows/$id/executions/$executionId"
                  params={{ id: output.workflowId, executionId: output.executionId }}
                  className="hover:text-accent hover:underline"
                >
                  {formatDateTime(output.completedAt, zone, true)}
                </Link>
              </Td>
              <Td className="max-w-48">
                <span className="block truncate font-medium" title={output.workflowName}>
                  {output.workflowName}
                </span>
                <Tags tags={output.tags} onTag={onTag}>
                  {output.test && <Badge>Test</Badge>}
                  {output.simulated && <Badge>Simulated</Badge>}
                </Tags>
              </Td>
              <Td className="max-w-40 truncate max-lg:hidden" title={output.inputKey ?? undefined}>
                {output.inputKey ?? <span className="text-soft">–</span>}
              </Td>
              <Td className="max-w-80 truncate" title={output.summary ?? undefined}>
                {output.empty ? (
                  <Badge tone="warning">
                    <AlertTriangle aria-hidden className="size-3.5" /> Empty result
                  </Badge>
                ) : (
                  output.summary
                )}
              </Td>
              <Td right className="max-md:hidden">
                {formatCount(output.tokens)}
              </Td>
              <Td right>
                <Amount usd={output.cost} places={4} />
                {output.unpricedCalls > 0 && <span className="block text-xs whitespace-nowrap text-warning">+ {formatCount(output.unpricedCalls)} unpriced</span>}
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
