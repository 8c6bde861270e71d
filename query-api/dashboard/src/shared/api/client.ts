import createClient from "openapi-fetch";
import { capital, fieldInWords, nth } from "./field-words";
import { retryAfterOf } from "./retries";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** The session is a cookie that scripts cannot read, and the API lives on our own origin: no secret has to be sent along. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: askedAs });

/** All tabs have one cookie. By this the server refuses what is asked, or saved, by a page that is still shown to who was here before. */
const PERSON = "Prompt-Manage-Person";

let shownTo: string | null = null;

/**
 * @param personId whom the page is shown to from here on; null if to nobody yet, or no longer
 * @returns whether it was shown to another before, or to nobody
 */
export function showTo(personId: string | null): boolean {
  const isOther = personId !== shownTo;
  shownTo = personId;
  return isOther;
}

/** With whom the page is shown to, where anyone is known. */
export function personHeaders(): Record<string, string> {
  return shownTo === null ? {} : { [PERSON]: shownTo };
}

function askedAs(request: Request): Promise<Response> {
  for (const [name, value] of Object.entries(personHeaders())) {
    request.headers.set(name, value);
  }
  return askedWithin(request);
}

/** How long a read may take until its answer begins: far longer than one of a server that works. */
const READ_MS = 25_000;

/** The same of a change: some wait for the answer of a third party, which is itself given half a minute. */
const CHANGE_MS = 60_000;

/** A server that never answers is told as one, and is not waited for any longer. A file takes as long as the line it is sent on. */
async function askedWithin(request: Request): Promise<Response> {
  const isRead = request.method === "GET";
  if (!isRead && request.headers.get("Content-Type") === "application/octet-stream") {
    return globalThis.fetch(request);
  }
  const waiting = new AbortController();
  const stop = () => waiting.abort(request.signal.reason);
  request.signal.addEventListener("abort", stop, { once: true });
  if (request.signal.aborted) {
    stop();
  }
  let isLate = false;
  const timer = setTimeout(
    () => {
      isLate = true;
      waiting.abort();
    },
    isRead ? READ_MS : CHANGE_MS,
  );
  try {
    return await globalThis.fetch(request, { signal: waiting.signal });
  } catch (failure) {
    throw isLate ? noAnswer(isRead) : failure;
  } finally {
    clearTimeout(timer);
  }
}

/** As the server itself would say it, and not asked again without a word: whoever waits has waited long enough. */
function noAnswer(isRead: boolean): ProblemError {
  return new ProblemError(408, {
    code: "no_answer",
    detail: isRead
      ? `The server has not answered for ${READ_MS / 1000} seconds. Try again in a moment.`
      : "The server has not answered for a minute. It may have done what was asked, or not: look before you try again.",
  });
}

/** Why a request failed, as the API says it (RFC 9457), or as the network does. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldProblem[];
  /** The whole answer: some problems carry more, such as what a budget has left. */
  readonly body: unknown;
  /** When it may be asked again, as the server says it; null if it does not say. */
  readonly retryAfterMs: number | null;

  constructor(status: number, body: unknown, retryAfterMs: number | null = null) {
    const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Schemas["Problem"]>;
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.name = "ProblemError";
    this.status = status;
    this.code = problem.code ?? "unexpected";
    this.errors = problem.errors ?? [];
    this.body = body;
    this.retryAfterMs = retryAfterMs;
  }

  /** What is wrong with one field of a form. */
  field(name: string): string | undefined {
    const found = this.errors.find((error) => error.field === name);
    return found && `${capital(found.detail)}. ${found.remedy}`;
  }

  /**
   * What is wrong with a field that is a list, in words for those who do not know its name.
   *
   * @param one what it is a list of, such as "address"
   */
  list(name: string, one: string): string | undefined {
    const found = this.errors.flatMap(({ field, detail, remedy }) => {
      if (field === name) {
        return `${capital(detail)}. ${remedy}`;
      }
      const index = field.startsWith(`${name}[`) ? /^\d+(?=\])/.exec(field.slice(name.length + 1)) : null;
      return index ? `The ${nth(Number(index[0]))} ${one} ${detail}. ${remedy}` : [];
    });
    return found.length > 0 ? found.join(" ") : undefined;
  }

  /** All that is wrong, for a form of one thing: it is plain what it is about, and the API's names of fields tell nobody more. */
  withoutFields(): string {
    return this.errors.length > 0 ? this.errors.map(({ detail, remedy }) => `${capital(detail)}. ${remedy}`).join(" ") : this.message;
  }
}

export interface FieldProblem {
  field: string;
  detail: string;
  remedy: string;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a query that carries a receipt is answered when the state does not include it yet. */
interface NotYet {
  position: number;
  waitingFor: number;
}

/** The data of an answer, or the problem thrown. */
export async function answer<T>(request: Promise<Answer<T>>): Promise<Exclude<T, NotYet>> {
  const { data, error, response } = await request;
  if (!response.ok) {
    throw new ProblemError(response.status, error, retryAfterOf(response.headers));
  }
  if (response.status === 202 && typeof data === "object" && data !== null && "waitingFor" in data) {
    throw new ProblemError(202, { code: "unavailable", detail: "This is not counted yet. Try again in a moment." });
  }
  return data as Exclude<T, NotYet>;
}

/** Why an address answers no stream, which a browser does not tell; nothing if it would answer one by now. */
export async function whyNoStream(url: string, signal: AbortSignal): Promise<void> {
  const looking = new AbortController();
  signal.addEventListener("abort", () => looking.abort(), { once: true });
  const request = new Request(new URL(url, location.origin), { headers: { Accept: "text/event-stream" }, signal: looking.signal });
  const response = await askedAs(request);
  try {
    if (!response.ok) {
      throw new ProblemError(response.status, await response.json().catch(() => null), retryAfterOf(response.headers));
    }
  } finally {
    // A stream would go on.
    looking.abort();
  }
}

/** Whether what was asked for is not there for this person: asking again changes nothing. */
export function isRefused(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 403 || error.status === 404);
}

/** There is no such thing, or not for whoever asks: another try is answered the same. */
export function isMissing(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404;
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/** Whether someone else has signed in in this browser, and the page is shown to who was here before. */
export function isOtherPerson(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "other_person";
}

/** For people: what happened, in a sentence. */
export function messageOf(error: unknown): string {
  if (isUnauthenticated(error)) {
    return "Your session has ended. Sign in again; what you have here stays.";
  }
  if (error instanceof ProblemError) {
    const faults = error.errors.map(({ field, detail, remedy }) => `${fieldInWords(field)}${/^[a-z]/.test(detail) ? "" : ":"} ${detail}. ${remedy}`);
    return faults.length > 0 ? faults.join(" ") : error.message;
  }
  if (error instanceof TypeError) {
    return "The server cannot be reached. Check the connection and try again.";
  }
  return error instanceof Error ? error.message : String(error);
}
