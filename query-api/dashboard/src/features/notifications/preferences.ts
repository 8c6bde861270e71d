import { ALERT_TYPES } from "@/shared/api/enums";
import type { Preferences } from "./api";
import type { AlertType } from "./names";

export const EVERY_TYPE: readonly AlertType[] = ALERT_TYPES;

export interface Form {
  minimumLevel: "info" | "warning" | "critical";
  types: ReadonlySet<AlertType>;
  isQuiet: boolean;
  start: string;
  end: string;
  hasDigest: boolean;
  at: string;
  /** One zone for both: nobody sleeps in one and reads mail in another. */
  zone: string;
}

export function formOf(preferences: Preferences, zone: string): Form {
  const { quietHours, digest } = preferences;
  return {
    minimumLevel: preferences.minimumLevel ?? "info",
    types: new Set(preferences.alertTypes ?? EVERY_TYPE),
    isQuiet: Boolean(quietHours),
    start: quietHours?.start ?? "22:00",
    end: quietHours?.end ?? "07:00",
    hasDigest: Boolean(digest),
    at: digest?.at ?? "09:00",
    zone: quietHours?.timezone ?? digest?.timezone ?? zone,
  };
}

/** As it is sent; which channels are used is not asked here and stays as it was. */
export function toSave(form: Form, before: Preferences): Preferences {
  return {
    minimumLevel: form.minimumLevel,
    alertTypes: EVERY_TYPE.filter((type) => form.types.has(type)),
    channels: before.channels ?? null,
    quietHours: form.isQuiet ? { start: form.start, end: form.end, timezone: form.zone } : null,
    digest: form.hasDigest ? { at: form.at, timezone: form.zone } : null,
  };
}

/** Whether it would change anything. */
export function isChanged(form: Form, before: Preferences): boolean {
  return JSON.stringify(toSave(form, before)) !== JSON.stringify(toSave(formOf(before, form.zone), before));
}

/** What is wrong with it, by field. */
export function faultsOf(form: Form): { end?: string } {
  return form.isQuiet && form.start === form.end ? { end: "The same as the start: quiet hours need a length." } : {};
}
