import { WifiOff } from "lucide-react";
import { useOnline } from "@/shared/api/online";

/** Says why nothing arrives: what is waited for looks as if it were loading. */
export function OfflineBar() {
  const online = useOnline();
  return (
    <div role="status" className="pointer-events-none fixed inset-x-3 bottom-3 z-[55] flex justify-center">
      {!online && (
        <p className="flex items-center gap-2.5 rounded-xl border border-warning/35 bg-warning-wash px-3.5 py-2.5 text-[0.8125rem] text-warning shadow-pop">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          You are offline. What is shown may be old; what is missing is loaded, and what you save is sent, once you are connected again.
        </p>
      )}
    </div>
  );
}
