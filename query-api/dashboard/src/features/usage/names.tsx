import { words } from "@/shared/format/numbers";
import { formatDay } from "@/shared/format/time";
import { useUser } from "@/shared/session/session";

/** A value of a dimension, for people. */
export function Named({ dimension, value }: { dimension: string; value: string }) {
  const user = useUser();
  if (dimension === "user" && value === user.id) {
    return <>{user.name} (you)</>;
  }
  if (dimension === "day") {
    return <>{formatDay(value, true)}</>;
  }
  if (dimension === "execution_type") {
    return <>{words(value)}</>;
  }
  return <>{value}</>;
}
