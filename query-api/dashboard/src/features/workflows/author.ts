/**
 * Who saved a version, for people.
 *
 * @param author a user's id, or a key's; null if nobody has kept it
 * @param names of the team's members, by their ids
 */
export function authorOf(author: string | null | undefined, userId: string, names: ReadonlyMap<string, string>): string {
  if (author === userId) {
    return "you";
  }
  if (!author) {
    return "someone unknown";
  }
  return names.get(author) ?? (author.startsWith("key_") ? `the API key …${author.slice(-4)}` : "someone else");
}
