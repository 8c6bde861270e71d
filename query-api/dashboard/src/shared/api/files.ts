import { personHeaders, ProblemError } from "./client";
import { retryAfterOf } from "./retries";

export type Format = "csv" | "json" | "parquet";

export interface ExportedFile {
  url: string;
  /** What it is called on the disk of whoever asks for it. */
  name: string;
}

/**
 * Asks the API whether there would be a file, without any of it: a browser that saves one tells nobody why there is none.
 *
 * @throws ProblemError if the API refuses it, TypeError if it cannot be reached
 */
export async function requireFile(url: string): Promise<void> {
  const response = await fetch(`${url}${url.includes("?") ? "&" : "?"}check=true`, { headers: personHeaders() });
  if (!response.ok) {
    throw new ProblemError(response.status, await response.json().catch(() => null), retryAfterOf(response.headers));
  }
}

/** Has the browser save a file as it comes, however large it is: none of it is held by the page. What breaks off, the browser says. */
export function save({ url, name }: ExportedFile): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** Signs that a file system or a shell takes for its own, and what stands between words. */
const AWKWARD = /[\s\\/:*?"'<>|.~%&$#]+/g;

const PART_MAX = 40;

/** What a file is called, of what it is about; what is empty is left out. */
export function fileName(parts: readonly string[], format: string): string {
  const names = parts.map((part) => part.replaceAll(AWKWARD, "-").slice(0, PART_MAX).replaceAll(/^-+|-+$/g, ""));
  return `${names.filter(Boolean).join("-")}.${format}`;
}
