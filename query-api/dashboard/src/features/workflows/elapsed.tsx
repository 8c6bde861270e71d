import { formatElapsed } from "@/shared/format/numbers";
import { useNow } from "@/shared/ui/now";

/** How long something has been going on that is not over. It counts by itself, so that nothing around it is drawn anew each second. */
export function Elapsed({ since }: { since: string }) {
  const now = useNow(1000);
  return <>{formatElapsed(now - Date.parse(since))} so far</>;
}
