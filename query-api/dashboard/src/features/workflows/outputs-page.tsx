import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download, FileJson, FileSpreadsheet, FileText, SquareTerminal, X } from "lucide-react";
import { isScratch } from "@/shared/api/scratch";
import { zoneName } from "@/shared/format/time";
import { useAccount, type Account } from "@/shared/session/account";
import { useZone } from "@/shared/session/zone";
import { Button } from "@/shared/ui/button";
import { SelectField } from "@/shared/ui/field";
import { Card, Empty, Failure, Page, Skeleton } from "@/shared/ui/layout";
import { Menu, MenuItem, MenuLabel } from "@/shared/ui/menu";
import { useNow } from "@/shared/ui/now";
import { usePageTitle } from "@/shared/ui/title";
import { workflowsQuery } from "./api";
import { OutputTable } from "./output-rows";
import { isRefused, outputsFileUrl, outputsQuery, outputsUrl, readOutputSearch, type OutputSearch } from "./outputs";

const route = getRouteApi("/signed-in/dashboard/outputs");

type Change = (patch: { [K in keyof OutputSearch]?: OutputSearch[K] | undefined }) => void;

export function OutputsPage() {
  usePageTitle("Outputs");
  const account = useAccount();
  const zone = useZone();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const only = readOutputSearch({ ...search });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(outputsQuery(account, only));
  const outputs = data?.pages.flatMap((page) => page.outputs) ?? [];
  const change: Change = (patch) =>
    void navigate({
      replace: true,
      search: (before) => Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined)) as OutputSearch,
    });
  const isNarrowed = Object.keys(only).length > 0;
  return (
    <Page title="Outputs" description="What your workflows have put out, the newest first." actions={<ExportMenu account={account} search={only} />}>
      <Filters account={account} search={only} onChange={change} />
      <Card flush title="Newest first" hint={`Times in ${zoneName(zone)}.`}>
        {error && !data ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : !data ? (
          <div className="grid gap-2 p-5">
            <Skeleton className="h-10" />
            <Skeleton className="h-10" />
          </div>
        ) : outputs.length > 0 ? (
          <OutputTable outputs={outputs} zone={zone} onTag={(tag) => change({ tag })} />
        ) : hasNextPage ? (
          <p className="p-5 text-center text-soft">None of the newest is like that.</p>
        ) : (
          <Empty
            icon={FileText}
            title={isNarrowed ? "No output is like that" : "No outputs in the last 7 days"}
            action={isNarrowed && <Button onClick={() => change({ workflow: undefined, tag: undefined, empty: undefined, period: undefined })}>Show all</Button>}
          >
            {!isNarrowed && "When a workflow completes, what it put out is here."}
          </Empty>
        )}
        {hasNextPage && (
          <div className="flex justify-center p-3">
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </Card>
    </Page>
  );
}

function Filters({ account, search, onChange }: { account: Account; search: OutputSearch; onChange: Change }) {
  const { data } = useInfiniteQuery(workflowsQuery(account, {}));
  const workflows = (data?.pages.flatMap((page) => page.workflows) ?? []).filter((workflow) => !isScratch(workflow));
  const shownDays = account.features.workflowHistoryDays ?? null;
  const isUnknown = search.workflow !== undefined && workflows.every((workflow) => workflow.id !== search.workflow);
  return (
    <div className="mb-4 flex flex-wrap gap-2">
      <SelectField label="Workflow" hideLabel className="w-full sm:w-56" value={search.workflow ?? ""} onChange={(event) => onChange({ workflow: event.target.value || undefined })}>
        <option value="">Every workflow</option>
        {isUnknown && <option value={search.workflow}>{search.workflow}</option>}
        {workflows.map((workflow) => (
          <option key={workflow.id} value={workflow.id}>
            {workflow.name}
          </option>
        ))}
      </SelectField>
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
        <option value="day" disabled={isRefused("day", shownDays)}>
          Last 24 hours
        </option>
        <option value="">Last 7 days</option>
        <option value="month" disabled={isRefused("month", shownDays)}>
          Last 30 days
        </option>
      </SelectField>
      {search.tag && (
        <Button onClick={() => onChange({ tag: undefined })}>
          Tag {search.tag} <X aria-hidden className="size-4 text-soft" />
          <span className="sr-only">: show all</span>
        </Button>
      )}
    </div>
  );
}

const FORMATS = [
  { format: "csv", label: "CSV", icon: FileSpreadsheet },
  { format: "json", label: "JSON", icon: FileJson },
] as const;

function ExportMenu({ account, search }: { account: Account; search: OutputSearch }) {
  const now = useNow();
  return (
    <Menu
      trigger={
        <Button aria-label="Export">
          <Download aria-hidden className="size-4 text-soft" />
          <span className="max-sm:hidden">Export</span>
        </Button>
      }
    >
      <MenuLabel>Every output of this view, as</MenuLabel>
      {account.features.exports !== false &&
        FORMATS.map(({ format, label, icon: Icon }) => (
          <MenuItem key={format} asChild>
            <a href={outputsFileUrl(account, search, format, now)} download>
              <Icon aria-hidden className="size-4 text-soft" /> {label}
            </a>
          </MenuItem>
        ))}
      <MenuItem asChild>
        <a href={outputsUrl(account, search, now)} target="_blank" rel="noreferrer">
          <SquareTerminal aria-hidden className="size-4 text-soft" /> API, in pages
        </a>
      </MenuItem>
    </Menu>
  );
}
