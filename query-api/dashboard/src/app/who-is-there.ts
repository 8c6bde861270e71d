/** What is said over a page when whoever is signed in by now is not whom the page is shown to. */
export type Notice = { kind: "signed-out" } | { kind: "other-person"; told: string };

export interface WhoIsThere {
  /** What is said now; null if nothing. */
  notice: Notice | null;
  /** What has been put away, to look at the page; null if nothing. */
  putAway: Notice | null;
}

export type Finding =
  /** By itself: learned of by what a page asks again on its own, and not by what someone does. */
  | { type: "found"; notice: Notice; byItself: boolean }
  | { type: "put-away" }
  /** The page is looked at again, after another one. */
  | { type: "seen" }
  /** Whom the page is shown to is signed in. */
  | { type: "back" }
  /** Nothing is left to be said: they have been told that they are back, or the page is shown to nobody any more. */
  | { type: "settled" };

export const NOTHING_SAID: WhoIsThere = { notice: null, putAway: null };

/**
 * What is put away stays so while the page asks again on its own: whoever copies what they have not saved is not disturbed every few
 * seconds. It is said again to whoever does something, and to whoever comes back to the page.
 */
export function whoIsThere(before: WhoIsThere, finding: Finding): WhoIsThere {
  switch (finding.type) {
    case "found":
      return isSame(finding.notice, finding.byItself ? (before.notice ?? before.putAway) : before.notice)
        ? before
        : { notice: finding.notice, putAway: null };
    case "put-away":
      return { notice: null, putAway: before.notice };
    case "seen":
      return before.putAway ? { ...before, putAway: null } : before;
    case "back":
      // The form in which someone signs in again closes by itself, once it has said so.
      return before.notice?.kind === "signed-out" ? { ...before, putAway: null } : NOTHING_SAID;
    case "settled":
      return NOTHING_SAID;
  }
}

function isSame(one: Notice, other: Notice | null): boolean {
  return one.kind === "other-person" ? other?.kind === one.kind && other.told === one.told : other?.kind === one.kind;
}
