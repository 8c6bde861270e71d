import { useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { buttonClass } from "@/shared/ui/button";
import { Card, Empty, Failure, Skeleton } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";

export function PageSkeleton() {
  return (
    <div className="mx-auto w-full max-w-7xl px-4 py-7 sm:px-6" role="status" aria-busy="true" aria-label="Loading">
      <Skeleton className="h-8 w-48" />
      <div className="mt-6 grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {[0, 1, 2, 3].map((card) => (
          <Skeleton key={card} className="h-28 rounded-xl" />
        ))}
      </div>
      <Skeleton className="mt-4 h-80 rounded-xl" />
    </div>
  );
}

export function PageFailure({ error, reset }: ErrorComponentProps) {
  usePageTitle("Not loaded");
  const router = useRouter();
  const queryClient = useQueryClient();
  return (
    <div className="mx-auto max-w-2xl px-4 py-16">
      <Card>
        <Failure
          isPage
          error={error}
          retry={() => {
            void queryClient.resetQueries({ predicate: (query) => query.state.status === "error" });
            reset();
            void router.invalidate();
          }}
        />
      </Card>
    </div>
  );
}

export function NotFound() {
  usePageTitle("No such page");
  return (
    <main className="mx-auto max-w-2xl px-4 py-16">
      <Card>
        <Empty
          isPage
          icon={Compass}
          title="There is no page at this address"
          action={
            <Link to="/dashboard/usage" className={buttonClass("primary")}>
              Go to usage
            </Link>
          }
        >
          It may have moved, or the address may be mistyped.
        </Empty>
      </Card>
    </main>
  );
}
