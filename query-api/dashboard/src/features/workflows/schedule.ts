import { formatCount } from "@/shared/format/numbers";
import type { Schedule } from "./api-automation";

const CRON_FIELDS = 5;

/** Times that people ask for, as crons. */
export const PRESETS: readonly { cron: string; label: string }[] = [
  { cron: "0 * * * *", label: "Every hour" },
  { cron: "0 9 * * *", label: "Every day at 9:00" },
  { cron: "0 9 * * 1-5", label: "Weekdays at 9:00" },
  { cron: "0 9 * * 1", label: "Mondays at 9:00" },
  { cron: "0 9 1 * *", label: "On the 1st of the month at 9:00" },
];

export interface Form {
  kind: "off" | "interval" | "preset" | "cron";
  minutes: string;
  cron: string;
  zone: string;
  missed: "skip" | "last";
}

export function formOf(schedule: Schedule | null | undefined, zone: string): Form {
  const cron = schedule?.cron ?? "0 9 * * 1-5";
  const isPreset = PRESETS.some((preset) => preset.cron === cron);
  return {
    kind: !schedule || schedule.enabled === false ? "off" : schedule.type === "interval" ? "interval" : isPreset ? "preset" : "cron",
    minutes: String(schedule?.intervalMinutes ?? 60),
    cron,
    zone: schedule?.timezone ?? zone,
    missed: schedule?.missed ?? "skip",
  };
}

/** In minutes: 366 days, as the API has it. */
const INTERVAL_MAX = 60 * 24 * 366;

/** What is wrong with the times, in words for people; undefined if nothing is. Which values a cron may have is the API's to say. */
export function whyNoTimes(form: Form): string | undefined {
  if (form.kind === "interval") {
    const isSound = /^\d{1,6}$/.test(form.minutes) && Number(form.minutes) >= 1 && Number(form.minutes) <= INTERVAL_MAX;
    return isSound ? undefined : `A whole number from 1 to ${formatCount(INTERVAL_MAX)}, which are 366 days.`;
  }
  const fields = form.cron.trim() === "" ? 0 : form.cron.trim().split(/\s+/).length;
  return form.kind === "off" || fields === CRON_FIELDS
    ? undefined
    : `A cron has five fields with spaces between, such as 0 9 * * 1-5 for weekdays at 9:00; this has ${fields}.`;
}

/** As it is sent. What is switched off keeps its times for another day. */
export function toSave(form: Form, before: Schedule | null | undefined): Schedule {
  if (form.kind === "off") {
    return { ...(before ?? { type: "cron", cron: form.cron, timezone: form.zone }), enabled: false };
  }
  return form.kind === "interval"
    ? { type: "interval", intervalMinutes: Number(form.minutes), timezone: form.zone, missed: form.missed, enabled: true }
    : { type: "cron", cron: form.cron.trim(), timezone: form.zone, missed: form.missed, enabled: true };
}
