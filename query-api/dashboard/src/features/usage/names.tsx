import { words } from "@/shared/format/numbers";
import { formatDay, isDate } from "@/shared/format/time";
import { useNamesOf, type Names } from "@/shared/session/names";
import { useUser, type User } from "@/shared/session/session";

/** A value of a dimension, for people. */
export function Named({ dimension, value }: { dimension: string; value: string }) {
  return <>{useNamed(dimension, [value])(value)}</>;
}

/** What several values of a dimension are called: the rows of a table ask once, and not each by itself. */
export function useNamed(dimension: string, values: readonly string[]): (value: string) => string {
  const user = useUser();
  const names = useNamesOf([...(values.length > 0 ? [dimension] : []), ...(values.some(isKey) ? ["api_key"] : [])]);
  return (value) => named(dimension, value, user, names);
}

export function named(dimension: string, value: string, user: Pick<User, "id" | "name">, names: Names): string {
  switch (dimension) {
    case "user":
      // What a program did by itself is nobody's, and counted under its key.
      return value === user.id ? `${user.name} (you)` : isKey(value) ? `API key ${names.get(value) ?? `…${value.slice(-4)}`}` : (names.get(value) ?? value);
    case "api_key":
    case "workflow":
      return names.get(value) ?? value;
    case "day":
      return isDate(value) ? formatDay(value, true) : value;
    case "execution_type":
      return words(value);
    default:
      return value;
  }
}

function isKey(value: string): boolean {
  return value.startsWith("key_");
}
