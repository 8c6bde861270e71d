import { ProblemError } from "@/shared/api/client";

/** What is stored of a workflow now. */
export interface Stored {
  version: number;
  name: string;
  /** When anything of it was changed last. */
  updatedAt: string;
  /** Who saved the version, and when; null if nobody has kept it. */
  savedBy: string | null;
  savedAt: string | null;
}

/** Said where a form is put in, in place of what the API says to programs. */
export const CHANGED_MEANWHILE = "Someone else has changed this since you opened it. Save anyway to put what you have here in its place, or close this to see what is there now.";

/** What is stored, where a change was refused because it began from something older; null where that is not why. */
export function conflictOf(error: unknown): Stored | null {
  if (!(error instanceof ProblemError) || error.status !== 409) {
    return null;
  }
  const { current } = (error.body ?? {}) as { current?: Partial<Stored> };
  return typeof current?.version === "number" && typeof current.updatedAt === "string"
    ? { version: current.version, name: current.name ?? "", updatedAt: current.updatedAt, savedBy: current.savedBy ?? null, savedAt: current.savedAt ?? null }
    : null;
}
