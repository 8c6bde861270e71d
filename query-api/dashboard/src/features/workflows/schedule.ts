import type { Schedule } from "./api-automation";

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

export function isSound(form: Form): boolean {
  return form.kind === "interval" ? /^[1-9]\d{0,5}$/.test(form.minutes) : form.kind === "off" || form.cron.trim().split(/\s+/).length === 5;
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
