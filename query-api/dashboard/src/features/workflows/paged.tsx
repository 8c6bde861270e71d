import type { ReactNode } from "react";
import { ProblemError } from "@/shared/api/client";
import { Button } from "@/shared/ui/button";
import { Failure, Skeleton } from "@/shared/ui/layout";

/** What is asked for page by page; an infinite query is one. */
interface Pages {
  data: unknown;
  error: unknown;
  refetch: () => unknown;
  hasNextPage: boolean;
  fetchNextPage: () => unknown;
  isFetchingNextPage: boolean;
  isPlaceholderData: boolean;
}

/**
 * A list that is loaded page by page: while it is, what it could not be for, what there is, and the way to more.
 *
 * @param isEmpty whether none of the pages so far has anything to show
 * @param empty what is said if there is nothing on any page
 * @param wayOut what helps where the tier refuses it, as it would again
 */
export function Paged({
  query,
  isEmpty,
  empty,
  wayOut,
  children,
}: {
  query: Pages;
  isEmpty: boolean;
  empty: ReactNode;
  wayOut?: ReactNode;
  children: ReactNode;
}) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } = query;
  if (data === undefined) {
    return error ? (
      <Failure error={error} retry={() => void refetch()} action={error instanceof ProblemError && error.code === "tier_limit" && wayOut} />
    ) : (
      <div key="awaited" className="grid gap-2 p-5">
        <Skeleton className="h-10" />
        <Skeleton className="h-10" />
        <Skeleton className="h-10" />
      </div>
    );
  }
  return (
    // What was there before stays, dimmed, until the answer for this view is.
    <div aria-busy={isPlaceholderData} className={isPlaceholderData ? "opacity-60" : undefined}>
      {!isEmpty ? children : hasNextPage ? <p className="p-5 text-center text-soft">None of those that were looked at is like that.</p> : empty}
      {hasNextPage && (
        <div className="flex justify-center p-3">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
