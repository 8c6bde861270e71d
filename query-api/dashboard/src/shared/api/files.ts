import { personHeaders, ProblemError } from "./client";
import { retryAfterOf } from "./retries";

export type Format = "csv" | "json" | "parquet";

export interface ExportedFile {
  url: string;
  /** What it is called on the disk of whoever asks for it. */
  name: string;
}

/**
 * A file of the API, once all of it is there: what breaks off on the way is none. The browser keeps what is large on its disk.
 *
 * @throws ProblemError if the API refuses it, TypeError if it does not come or breaks off
 */
export async function fileOf(url: string): Promise<Blob> {
  const response = await fetch(url, { headers: personHeaders() });
  if (!response.ok) {
    throw new ProblemError(response.status, await response.json().catch(() => null), retryAfterOf(response.headers));
  }
  return response.blob();
}

/** Signs that a file system or a shell takes for its own, and what stands between words. */
const AWKWARD = /[\s\\/:*?"'<>|.~%&$#]+/g;

const PART_MAX = 40;

/** What a file is called, of what it is about; what is empty is left out. */
export function fileName(parts: readonly string[], format: string): string {
  const names = parts.map((part) => part.replaceAll(AWKWARD, "-").slice(0, PART_MAX).replaceAll(/^-+|-+$/g, ""));
  return `${names.filter(Boolean).join("-")}.${format}`;
}
