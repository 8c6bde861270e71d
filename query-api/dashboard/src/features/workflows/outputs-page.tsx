import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { FileText, SquareTerminal } from "lucide-react";
import { isScratch } from "@/shared/api/scratch";
import { zoneName } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { useZone } from "@/shared/session/zone";
import { Button, buttonClass } from "@/shared/ui/button";
import { ExportMenu } from "@/shared/ui/export-menu";
import { SelectField } from "@/shared/ui/field";
import { Card, ChoicesFailure, Empty, Page } from "@/shared/ui/layout";
import { MenuItem, MenuLabel } from "@/shared/ui/menu";
import { useIsNarrow } from "@/shared/ui/narrow";
import { useNow } from "@/shared/ui/now";
import { usePageTitle } from "@/shared/ui/title";
import { workflowsQuery } from "./api";
import { OutputCards, OutputTable } from "./output-rows";
import { isRefused, outputsFile, outputsQuery, outputsUrl, periodName, readOutputSearch, type OutputSearch } from "./outputs";
import { Paged } from "./paged";
import { patched, type Patch } from "./search";
import { ChosenTag } from "./tags";

const route = getRouteApi("/signed-in/dashboard/outputs");

type Change = (patch: Patch<OutputSearch>) => void;

export function OutputsPage() {
  usePageTitle("Outputs");
  const account = useAccount();
  const zone = useZone();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const only = readOutputSearch({ ...search });
  const query = useInfiniteQuery(outputsQuery(account, only));
  const outputs = query.data?.pages.flatMap((page) => page.outputs) ?? [];
  const change: Change = (patch) => void navigate({ replace: true, resetScroll: false, search: (before) => patched<OutputSearch>(before, patch) });
  const isNarrowed = only.workflow !== undefined || only.tag !== undefined || only.empty !== undefined;
  const shownDays = account.features.workflowHistoryDays ?? null;
  const List = useIsNarrow() ? OutputCards : OutputTable;
  return (
    <Page title="Outputs" description="What your workflows have put out, the newest first." actions={<OutputsExport account={account} search={only} />}>
      <Filters account={account} search={only} chosen={outputs.find((output) => output.workflowId === only.workflow)?.workflowName} onChange={change} />
      <Card flush title="Newest first" hint={`Times in ${zoneName(zone)}.`}>
        <Paged
          query={query}
          isEmpty={outputs.length === 0}
          wayOut={only.period && <Button onClick={() => change({ period: undefined })}>Show the {periodName(undefined, shownDays).toLowerCase()}</Button>}
          empty={
            <Empty
              icon={FileText}
              title={isNarrowed ? "No output is like that" : `No outputs in the ${periodName(only.period, shownDays).toLowerCase()}`}
              action={
                isNarrowed ? (
                  <Button onClick={() => change({ workflow: undefined, tag: undefined, empty: undefined, period: undefined })}>Show all</Button>
                ) : only.period !== "month" && !isRefused("month", shownDays) ? (
                  <Button onClick={() => change({ period: "month" })}>Look at the last 30 days</Button>
                ) : (
                  <Link to="/dashboard/workflows" className={buttonClass()}>
                    Open the workflows
                  </Link>
                )
              }
            >
              {!isNarrowed && "When a workflow completes, what it put out is here. Run one to see it."}
            </Empty>
          }
        >
          <List outputs={outputs} zone={zone} onTag={(tag) => change({ tag })} />
        </Paged>
      </Card>
    </Page>
  );
}

/** @param chosen what the workflow is called whose outputs are shown, as far as they tell */
function Filters({ account, search, chosen, onChange }: { account: Account; search: OutputSearch; chosen: string | undefined; onChange: Change }) {
  const query = useInfiniteQuery(workflowsQuery(account, {}));
  const workflows = (query.data?.pages.flatMap((page) => page.workflows) ?? []).filter((workflow) => !isScratch(workflow));
  const shownDays = account.features.workflowHistoryDays ?? null;
  const isUnknown = search.workflow !== undefined && workflows.every((workflow) => workflow.id !== search.workflow);
  return (
    <div className="mb-4 flex flex-wrap gap-2">
      <div className="w-full sm:w-56">
        <SelectField label="Workflow" hideLabel value={search.workflow ?? ""} onChange={(event) => onChange({ workflow: event.target.value || undefined })}>
          <option value="">Every workflow</option>
          {isUnknown && <option value={search.workflow}>{chosen ?? search.workflow}</option>}
          {workflows.map((workflow) => (
            <option key={workflow.id} value={workflow.id}>
              {workflow.name}
            </option>
          ))}
        </SelectField>
        <ChoicesFailure what="The workflows" query={query} />
      </div>
      <SelectField
        label="Results"
        hideLabel
        className="w-44"
        value={search.empty ?? ""}
        onChange={(event) => onChange({ empty: event.target.value === "yes" ? "yes" : undefined })}
      >
        <option value="">Every result</option>
        <option value="yes">Only empty ones</option>
      </SelectField>
      <SelectField
        label="Period"
        hideLabel
        className="w-44"
        value={search.period ?? ""}
        onChange={(event) => onChange({ period: (event.target.value || undefined) as OutputSearch["period"] })}
      >
        {(["day", undefined, "month"] as const).map((period) => (
          <option key={period ?? ""} value={period ?? ""} disabled={period !== undefined && isRefused(period, shownDays)}>
            {periodName(period, shownDays)}
          </option>
        ))}
      </SelectField>
      <ChosenTag tag={search.tag} onClear={() => onChange({ tag: undefined })} />
    </div>
  );
}

function OutputsExport({ account, search }: { account: Account; search: OutputSearch }) {
  const now = useNow();
  const hasFiles = account.features.exports !== false;
  return (
    <ExportMenu what="Every output of this view" formats={hasFiles ? ["csv", "json"] : []} fileIn={(format) => outputsFile(account, search, format, Date.now())}>
      {!hasFiles && <MenuLabel>The tier {account.tier} has no files. Every output of this view by</MenuLabel>}
      <MenuItem asChild>
        <a href={outputsUrl(account, search, now)} target="_blank" rel="noreferrer">
          <SquareTerminal aria-hidden className="size-4 text-soft" /> API, in pages<span className="sr-only">, opens anew</span>
        </a>
      </MenuItem>
    </ExportMenu>
  );
}
