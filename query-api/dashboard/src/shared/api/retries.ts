/** What failed for another reason than being asked at a bad moment is not asked again. */
interface Refusal {
  status: number;
  retryAfterMs: number | null;
}

/** The server names a time that it needs, and is taken at its word; but nobody waits for longer than this without being told. */
const RETRY_AFTER_MS_MAX = 10_000;

const TRIES_WHEN_TOLD = 3;

const TRIES = 2;

const PAUSE_MS = 1000;

/** Of those who were refused together, not all come back together. */
const SPREAD = 0.3;

/** Reads Retry-After, which is a number of seconds or a date. */
export function retryAfterOf(headers: Headers, now: number = Date.now()): number | null {
  const text = headers.get("Retry-After")?.trim();
  if (!text) {
    return null;
  }
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Whether a read is quietly made again: one that was refused for now, failed on the server, or did not reach it. */
export function isAskedAgain(failures: number, error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal === null) {
    return failures < TRIES;
  }
  if (refusal.retryAfterMs !== null && (refusal.status === 503 || refusal.status === 429)) {
    return failures < TRIES_WHEN_TOLD && refusal.retryAfterMs <= RETRY_AFTER_MS_MAX;
  }
  return failures < TRIES && (refusal.status >= 500 || refusal.status === 429);
}

/**
 * How long to wait before that, in ms.
 *
 * @param failures that came before this one
 * @param random from 0 to 1
 */
export function pauseBefore(failures: number, error: unknown, random: number = Math.random()): number {
  const told = refusalOf(error)?.retryAfterMs ?? null;
  return Math.round((told ?? PAUSE_MS * 2 ** failures) * (1 + SPREAD * random));
}

function refusalOf(error: unknown): Refusal | null {
  return error instanceof Error && "status" in error && "retryAfterMs" in error ? (error as Error & Refusal) : null;
}
