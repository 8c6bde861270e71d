import { useBlocker } from "@tanstack/react-router";
import { useUnsaved } from "./unsaved";
import { UnsavedDialog } from "./unsaved-dialog";

/**
 * Asks before changes are lost, on this page's links, with another account, and when the tab is closed.
 *
 * @param what has them
 * @param onLeave called once someone has said that they may be lost
 */
export function LeaveDialog({ what, isDirty, onLeave }: { what: string; isDirty: boolean; onLeave?: () => void }) {
  useUnsaved(what, isDirty);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && (next.pathname !== current.pathname || teamOf(next.search) !== teamOf(current.search)),
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (blocker.status !== "blocked") {
    return null;
  }
  return (
    <UnsavedDialog
      title="Leave without saving?"
      what={what}
      action="Leave"
      onStay={blocker.reset}
      onLose={() => {
        onLeave?.();
        blocker.proceed();
      }}
    />
  );
}

function teamOf(search: object): string | undefined {
  return (search as { team?: string }).team;
}
