import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { LayoutTemplate, Plus, Workflow as WorkflowIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { isScratch } from "@/shared/api/scratch";
import { formatCount, words } from "@/shared/format/numbers";
import { useAccount } from "@/shared/session/account";
import { Button, buttonClass } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { SelectField } from "@/shared/ui/field";
import { Card, Empty, Page } from "@/shared/ui/layout";
import { useIsNarrow } from "@/shared/ui/narrow";
import { useNow } from "@/shared/ui/now";
import { SearchField } from "@/shared/ui/search-field";
import { usePageTitle } from "@/shared/ui/title";
import { useDeleteWorkflow, workflowsQuery, type Workflow } from "./api";
import { ordered, WORKFLOW_ORDERS } from "./list-order";
import { WorkflowCards, WorkflowTable } from "./list-rows";
import { Paged } from "./paged";
import { patched, readWorkflowSearch, SHOWN, type Patch, type WorkflowSearch } from "./search";
import { STATUS_TONES } from "./status";
import { ChosenTag } from "./tags";

const route = getRouteApi("/signed-in/dashboard/workflows");

/** The API gives them in the order in which they were made: of all is only known which comes first when all are there, and that is as many pages as are asked for unasked. */
const PAGES_MAX = 10;

export function WorkflowListPage() {
  usePageTitle("Workflows");
  const account = useAccount();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(workflowsQuery(account, search));
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const isToBeWhole = hasNextPage && (query.data?.pages.length ?? 0) < PAGES_MAX;
  useEffect(() => {
    if (isToBeWhole && !isFetching && !isError) {
      void fetchNextPage();
    }
  }, [isToBeWhole, isFetching, isError, fetchNextPage]);
  const found = ordered(query.data?.pages.flatMap((page) => page.workflows).filter((workflow) => !isScratch(workflow)) ?? [], search.order);
  // In the address, so that whoever looks at one of them comes back to where it stood.
  const { shown: most = SHOWN } = readWorkflowSearch({ ...search });
  const shown = found.slice(0, most);
  const isMore = found.length > shown.length;
  const [deleted, setDeleted] = useState<Workflow | null>(null);
  const now = useNow();
  const List = useIsNarrow() ? WorkflowCards : WorkflowTable;
  // Of another list it is the first that are looked at.
  const change = (patch: Patch<WorkflowSearch>) => void navigate({ replace: true, search: (before) => patched<WorkflowSearch>(before, { shown: undefined, ...patch }) });
  const showMore = () => void navigate({ replace: true, resetScroll: false, search: (before) => patched<WorkflowSearch>(before, { shown: most + SHOWN }) });
  const isNarrowed = [search.q, search.status, search.tag, search.category].some((one) => one !== undefined);
  // Those of all workflows, so that another can be chosen while the list is of one.
  const all = useInfiniteQuery(workflowsQuery(account, {})).data?.pages.flatMap((page) => page.workflows) ?? [];
  const categories = [...new Set([search.category, ...[...all, ...found].filter((workflow) => !isScratch(workflow)).map((workflow) => workflow.category)])].filter((one): one is string => Boolean(one)).sort();
  return (
    <Page
      title="Workflows"
      description="Steps that run by themselves, each call counted and watched by your budgets."
      actions={
        account.mayEdit && (
          <>
            <Link to="/dashboard/workflow-templates" className={buttonClass()}>
              <LayoutTemplate aria-hidden className="size-4" /> Templates
            </Link>
            <Link to="/dashboard/workflows/$id" params={{ id: "new" }} className={buttonClass("primary")}>
              <Plus aria-hidden className="size-4" /> New workflow
            </Link>
          </>
        )
      }
    >
      <div className="mb-4 flex flex-wrap gap-2">
        <SearchField label="Search" className="w-full sm:w-64" value={search.q ?? ""} onChange={(text) => change({ q: text || undefined })} />
        <SelectField
          label="Status"
          hideLabel
          className="w-40"
          value={search.status ?? ""}
          onChange={(event) => change({ status: (event.target.value || undefined) as WorkflowSearch["status"] })}
        >
          <option value="">Every status</option>
          {Object.keys(STATUS_TONES).map((status) => (
            <option key={status} value={status}>
              {words(status)}
            </option>
          ))}
        </SelectField>
        {categories.length > 0 && (
          <SelectField label="Category" hideLabel className="w-44" value={search.category ?? ""} onChange={(event) => change({ category: event.target.value || undefined })}>
            <option value="">Every category</option>
            {categories.map((category) => (
              <option key={category} value={category}>
                {words(category)}
              </option>
            ))}
          </SelectField>
        )}
        <SelectField label="Order" hideLabel className="w-52" value={search.order ?? "changed"} onChange={(event) => change({ order: readWorkflowSearch({ order: event.target.value }).order })}>
          {Object.entries(WORKFLOW_ORDERS).map(([order, name]) => (
            <option key={order} value={order}>
              {name}
            </option>
          ))}
        </SelectField>
        <ChosenTag tag={search.tag} onClear={() => change({ tag: undefined })} />
      </div>
      <Card flush>
        <Paged
          query={isMore ? { ...query, hasNextPage: true, isFetchingNextPage: false, fetchNextPage: showMore } : query}
          isEmpty={shown.length === 0}
          empty={
            <Empty
              icon={WorkflowIcon}
              title={isNarrowed ? "No workflow is like that" : "No workflow yet"}
              action={
                isNarrowed ? (
                  <Button onClick={() => change({ q: undefined, status: undefined, tag: undefined, category: undefined })}>Show all</Button>
                ) : (
                  account.mayEdit && (
                    <span className="flex flex-wrap justify-center gap-2">
                      <Link to="/dashboard/workflows/$id" params={{ id: "new" }} className={buttonClass("primary")}>
                        Build the first
                      </Link>
                      <Link to="/dashboard/workflow-templates" className={buttonClass()}>
                        Start from a template
                      </Link>
                    </span>
                  )
                )
              }
            >
              {!isNarrowed && (account.mayEdit ? "Two nodes and a line between them are enough to begin with." : "Whoever may edit in this team can build one.")}
            </Empty>
          }
        >
          <List workflows={shown} now={now} mayEdit={account.mayEdit} onTag={(tag) => change({ tag })} onDelete={setDeleted} />
          {/* Also for those who do not see that the list has become longer. */}
          <p role="status" className="px-5 pt-3 text-center text-xs text-soft empty:hidden">
            {isMore || most > SHOWN ? `${formatCount(shown.length)} of ${formatCount(found.length)} workflows` : null}
          </p>
        </Paged>
      </Card>
      {deleted && <DeleteDialog workflow={deleted} onClose={() => setDeleted(null)} />}
    </Page>
  );
}

function DeleteDialog({ workflow, onClose }: { workflow: Workflow; onClose: () => void }) {
  const remove = useDeleteWorkflow();
  return (
    <ConfirmDialog title={`Delete ${workflow.name}?`} change={remove} of={workflow.id} onClose={onClose}>
      It is not triggered any more. Those of its executions that are not over are cancelled, and none of them can be looked at any more, nor what they have put out. What they cost
      stays in the usage.
    </ConfirmDialog>
  );
}
