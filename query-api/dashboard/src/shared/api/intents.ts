import { useState } from "react";
import { ProblemError } from "./client";

/** Whether what was asked may have been done although no answer has come: the line broke, or the server did. */
export function isUncertain(error: unknown): boolean {
  return error instanceof ProblemError ? error.status === 408 || error.status >= 500 : true;
}

/**
 * What someone wants done once, each under a key of its own. While it is uncertain whether it was done, the same wish again has the
 * same key: the server then answers with what came of the first. Another wish, or one after an answer, has a new key.
 */
export class Intents {
  private open: { what: string; key: string } | null = null;

  /** @param what tells one wish from another, as JSON does */
  async once<T>(what: unknown, send: (key: string) => Promise<T>): Promise<T> {
    const told = JSON.stringify(what);
    const intent = this.open?.what === told ? this.open : { what: told, key: newKey() };
    this.open = intent;
    try {
      const done = await send(intent.key);
      this.settle(intent);
      return done;
    } catch (error) {
      if (!isUncertain(error)) {
        this.settle(intent);
      }
      throw error;
    }
  }

  private settle(intent: { key: string }): void {
    if (this.open?.key === intent.key) {
      this.open = null;
    }
  }
}

/** Those of one place on a page, for as long as it is there. */
export function useIntents(): Intents {
  const [intents] = useState(() => new Intents());
  return intents;
}

/** Where the connection is not secure, a browser has no UUIDs to offer, and random bytes all the same. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
