import { useBlocker } from "@tanstack/react-router";
import { Button } from "./button";
import { Dialog } from "./dialog";

/**
 * Asks before changes are lost, on this page's links, with another account, and when the tab is closed.
 *
 * @param what has them
 * @param onLeave called once someone has said that they may be lost
 */
export function LeaveDialog({ what, isDirty, onLeave }: { what: string; isDirty: boolean; onLeave?: () => void }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && (next.pathname !== current.pathname || teamOf(next.search) !== teamOf(current.search)),
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (blocker.status !== "blocked") {
    return null;
  }
  return (
    <Dialog
      open
      onClose={blocker.reset}
      title="Leave without saving?"
      footer={
        <>
          <Button autoFocus kind="primary" onClick={blocker.reset}>
            Stay
          </Button>
          <Button
            kind="danger"
            onClick={() => {
              onLeave?.();
              blocker.proceed();
            }}
          >
            Leave
          </Button>
        </>
      }
    >
      <p className="text-soft">{what} changes that are not saved. They would be lost.</p>
    </Dialog>
  );
}

function teamOf(search: object): string | undefined {
  return (search as { team?: string }).team;
}
