import { words } from "@/shared/format/numbers";
import { formatDay } from "@/shared/format/time";
import { useMemberNames } from "@/shared/session/members";
import { useUser } from "@/shared/session/session";

/** A value of a dimension, for people. */
export function Named({ dimension, value }: { dimension: string; value: string }) {
  const user = useUser();
  const names = useMemberNames();
  if (dimension === "user") {
    // What a program did by itself is nobody's, and counted under its key.
    const other = value.startsWith("key_") ? `API key …${value.slice(-4)}` : value;
    return <>{value === user.id ? `${user.name} (you)` : (names.get(value) ?? other)}</>;
  }
  if (dimension === "day") {
    return <>{formatDay(value, true)}</>;
  }
  if (dimension === "execution_type") {
    return <>{words(value)}</>;
  }
  return <>{value}</>;
}
