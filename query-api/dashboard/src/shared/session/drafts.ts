/** What a person has made and not saved yet, as this browser keeps it: should the tab go, it is there when they come back. */
export interface Kept {
  /** When it was kept. */
  at: string;
  value: unknown;
}

const PREFIX = "draft/";

/** How many are kept, of everyone who uses this browser; the oldest go first. */
export const DRAFTS_MAX = 8;

/** What is larger is not kept: all that a page may keep is a few million characters. */
export const DRAFT_CHARS_MAX = 500_000;

const DAYS_MAX = 30;

const DAY_MS = 86_400_000;

/** @param what such as the workflow that it is a draft of */
export function placeOf(userId: string, account: string, what: string): string {
  return placesOf(userId) + [account, what].map(encodeURIComponent).join("/");
}

function placesOf(userId: string): string {
  return `${PREFIX}${encodeURIComponent(userId)}/`;
}

/** In place of what was kept there. Returns whether it is kept. */
export function keepDraft(place: string, value: unknown, now = Date.now()): boolean {
  const text = JSON.stringify({ at: new Date(now).toISOString(), value });
  return withStorage((storage) => {
    if (text.length > DRAFT_CHARS_MAX) {
      // An older one would be offered as if it were the newest.
      storage.removeItem(place);
      return false;
    }
    const others = oldestFirst(storage).filter((one) => one !== place);
    others.splice(0, Math.max(0, others.length - DRAFTS_MAX + 1)).forEach((one) => storage.removeItem(one));
    while (!isSet(storage, place, text)) {
      const oldest = others.shift();
      if (oldest === undefined) {
        storage.removeItem(place);
        return false;
      }
      storage.removeItem(oldest);
    }
    return true;
  }, false);
}

export function draftAt(place: string, now = Date.now()): Kept | null {
  return withStorage((storage) => {
    const kept = parse(storage.getItem(place));
    if (kept && now - Date.parse(kept.at) > DAYS_MAX * DAY_MS) {
      storage.removeItem(place);
      return null;
    }
    return kept;
  }, null);
}

/** The newest of those that are kept there, or at places within it. */
export function newestDraftAt(place: string, now = Date.now()): (Kept & { place: string }) | null {
  return withStorage((storage) => {
    const there = oldestFirst(storage).filter((one) => one === place || one.startsWith(`${place}/`));
    for (const one of there.reverse()) {
      const kept = draftAt(one, now);
      if (kept) {
        return { ...kept, place: one };
      }
    }
    return null;
  }, null);
}

export function dropDraft(place: string): void {
  withStorage((storage) => storage.removeItem(place), undefined);
}

/** Of someone who leaves this browser: the next one at it is another. */
export function dropDraftsOf(userId: string): void {
  withStorage((storage) => {
    places(storage)
      .filter((place) => place.startsWith(placesOf(userId)))
      .forEach((place) => storage.removeItem(place));
  }, undefined);
}

function isSet(storage: Storage, place: string, text: string): boolean {
  try {
    storage.setItem(place, text);
    return true;
  } catch {
    return false;
  }
}

function places(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "").filter((key) => key.startsWith(PREFIX));
}

function oldestFirst(storage: Storage): string[] {
  const at = (place: string) => parse(storage.getItem(place))?.at ?? "";
  return places(storage).sort((one, other) => (at(one) < at(other) ? -1 : 1));
}

function parse(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Kept> | null;
    return typeof kept?.at === "string" && !Number.isNaN(Date.parse(kept.at)) ? { at: kept.at, value: kept.value } : null;
  } catch {
    return null;
  }
}

/** A browser may be told to keep nothing at all. */
function withStorage<T>(work: (storage: Storage) => T, otherwise: T): T {
  try {
    return work(localStorage);
  } catch {
    return otherwise;
  }
}
