import { ProblemError } from "@/shared/api/client";

/** What is wrong with whom it was to be shared with, without the names that the fields have in the request: here it is one person. */
export function faultsInWords(error: unknown): string | undefined {
  return error instanceof ProblemError && error.errors.length > 0 ? error.errors.map((fault) => `${fault.detail}. ${fault.remedy}`).join(" ") : undefined;
}
