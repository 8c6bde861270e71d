import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Failure, Skeleton } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { workflowQuery } from "./api";
import { Builder } from "./builder";

const route = getRouteApi("/signed-in/dashboard/workflows/$id");

const NEW = "new";

export function WorkflowPage() {
  const { id } = route.useParams();
  const navigate = useNavigate();
  // One that was made on this page and has an id now is still the one on this page, with every step back.
  const [page, setPage] = useState({ id, made: null as string | null, count: 0 });
  if (page.id !== id) {
    setPage(page.id === NEW && id === page.made ? { ...page, id } : { id, made: null, count: page.count + 1 });
  }
  if (id !== NEW && id !== page.made) {
    return <StoredWorkflow key={`${page.count} ${id}`} id={id} />;
  }
  return (
    <NewWorkflow
      key={page.count}
      onMade={(made) => {
        setPage((before) => ({ ...before, made }));
        void navigate({ to: "/dashboard/workflows/$id", params: { id: made }, replace: true, ignoreBlocker: true });
      }}
    />
  );
}

function NewWorkflow({ onMade }: { onMade: (id: string) => void }) {
  usePageTitle("New workflow");
  return <Builder workflow={null} onMade={onMade} />;
}

/**
 * As it is stored when the page is opened: what is known of it from before may have been changed by others since. What is drawn from
 * then on is not touched; if that is saved over something newer, whoever saves it is asked.
 */
export function StoredWorkflow({ id }: { id: string }) {
  const { data, error, refetch, isFetchedAfterMount, fetchStatus } = useQuery({ ...workflowQuery(id), refetchOnMount: "always" });
  const [isOpened, setOpened] = useState(false);
  usePageTitle(data?.name ?? "Workflow");
  // Where it cannot be asked for, what is known has to do.
  if (!isOpened && data?.id === id && (isFetchedAfterMount || fetchStatus !== "fetching")) {
    setOpened(true);
  }
  if (error && !data) {
    return <Failure isPage error={error} retry={() => void refetch()} />;
  }
  return data && isOpened ? <Builder workflow={data} onMade={() => undefined} /> : <Skeleton className="m-6 h-[70dvh]" />;
}
