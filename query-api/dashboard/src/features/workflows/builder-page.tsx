import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { isMissing } from "@/shared/api/client";
import { Failure, Skeleton } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { workflowQuery, type Workflow } from "./api";
import { Builder } from "./builder";
import { NoWorkflow } from "./missing";
import { readBuilderSearch } from "./search";

const route = getRouteApi("/signed-in/dashboard/workflows/$id");

const NEW = "new";

export function WorkflowPage() {
  const { id } = route.useParams();
  const { copy } = readBuilderSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  // One that was made on this page and has an id now is still the one on this page, with every step back.
  const [page, setPage] = useState({ id, copy, made: null as string | null, count: 0 });
  if (page.id !== id || (id === NEW && page.copy !== copy)) {
    setPage(page.id === NEW && id === page.made ? { ...page, id } : { id, copy, made: null, count: page.count + 1 });
  }
  if (id !== NEW && id !== page.made) {
    return <StoredWorkflow key={`${page.count} ${id}`} id={id} />;
  }
  return (
    <NewWorkflow
      key={page.count}
      copy={page.copy}
      onMade={(made) => {
        setPage((before) => ({ ...before, made }));
        void navigate({ to: "/dashboard/workflows/$id", params: { id: made }, replace: true, ignoreBlocker: true });
      }}
    />
  );
}

interface New {
  onMade: (id: string) => void;
}

function NewWorkflow({ copy, onMade }: New & { copy: string | undefined }) {
  usePageTitle("New workflow");
  return copy === undefined ? <Builder workflow={null} onMade={onMade} /> : <CopiedWorkflow id={copy} onMade={onMade} />;
}

/** Not stored either: what it is a copy of is only read. */
function CopiedWorkflow({ id, onMade }: New & { id: string }) {
  const { opened, otherwise } = useStored(id);
  return opened ? <Builder workflow={null} copied={opened} onMade={onMade} /> : otherwise;
}

/** What is drawn from then on is not touched; if that is saved over something newer, whoever saves it is asked. */
export function StoredWorkflow({ id }: { id: string }) {
  const { name, opened, otherwise } = useStored(id);
  usePageTitle(name ?? "Workflow");
  return opened ? <Builder workflow={opened} onMade={() => undefined} /> : otherwise;
}

/** As it is stored when the page is opened: what is known of it from before may have been changed by others since. */
function useStored(id: string): { name: string | undefined; opened: Workflow | null; otherwise: ReactNode } {
  const { data, error, refetch, isFetchedAfterMount, fetchStatus } = useQuery({ ...workflowQuery(id), refetchOnMount: "always" });
  const [isOpened, setOpened] = useState(false);
  const isGone = isMissing(error);
  // Where it cannot be asked for, what is known has to do.
  if (!isOpened && !isGone && data?.id === id && (isFetchedAfterMount || fetchStatus !== "fetching")) {
    setOpened(true);
  }
  return {
    name: data?.name,
    opened: data && isOpened ? data : null,
    otherwise: isGone ? <NoWorkflow /> : error && !data ? <Failure isPage error={error} retry={() => void refetch()} /> : <Skeleton className="m-6 h-[70dvh]" />,
  };
}
