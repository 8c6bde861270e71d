import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { buttonClass } from "@/shared/ui/button";
import { Empty } from "@/shared/ui/layout";

/** In place of the page of a workflow that is not there, with the way on. */
export function NoWorkflow() {
  return (
    <Empty
      isPage
      icon={SearchX}
      title="There is no such workflow"
      action={
        <Link to="/dashboard/workflows" className={buttonClass()}>
          Open the workflows
        </Link>
      }
    >
      It may have been deleted, or is another team&apos;s.
    </Empty>
  );
}
