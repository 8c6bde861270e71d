import createClient from "openapi-fetch";
import { retryAfterOf } from "./retries";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** The session is a cookie that scripts cannot read, and the API lives on our own origin: nothing has to be sent along. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => globalThis.fetch(request) });

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

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/** For people: what happened, in a sentence. */
export function messageOf(error: unknown): string {
  if (error instanceof ProblemError) {
    const faults = error.errors.map((fault) => `${fault.field} ${fault.detail}. ${fault.remedy}`);
    return faults.length > 0 ? faults.join(" ") : error.message;
  }
  if (error instanceof TypeError) {
    return "The server cannot be reached. Check the connection and try again.";
  }
  return error instanceof Error ? error.message : String(error);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
