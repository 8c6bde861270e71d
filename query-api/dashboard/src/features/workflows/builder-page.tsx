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
  const isNew = id === NEW || id === page.made;
  const { data, error, refetch } = useQuery({ ...workflowQuery(id), enabled: !isNew });
  usePageTitle(isNew ? "New workflow" : (data?.name ?? "Workflow"));
  if (isNew) {
    return (
      <Builder
        key={page.count}
        workflow={null}
        onMade={(made) => {
          setPage((before) => ({ ...before, made }));
          void navigate({ to: "/dashboard/workflows/$id", params: { id: made }, replace: true, ignoreBlocker: true });
        }}
      />
    );
  }
  if (error && !data) {
    return <Failure isPage error={error} retry={() => void refetch()} />;
  }
  return data && data.id === id ? <Builder key={`${page.count} ${id}`} workflow={data} onMade={() => undefined} /> : <Skeleton className="m-6 h-[70dvh]" />;
}
