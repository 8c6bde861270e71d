import { timeFormat } from "./formats";

/** Names that places have no more, and browsers go on with. */
const RENAMED: Readonly<Record<string, string>> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** A zone by the name that it has today, if this browser knows that. */
export function modernZone(zone: string): string {
  const modern = RENAMED[zone];
  return modern !== undefined && isZone(modern) ? modern : zone;
}

let viewersZone: string | undefined;

/** The zone of whoever looks: the one in which the page was opened. A browser takes long to tell it, and every row asks. */
export function browserZone(): string {
  viewersZone ??= modernZone(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  return viewersZone;
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat(undefined, { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** As it is told to people. */
export function zoneName(zone: string): string {
  return modernZone(zone).replaceAll("_", " ");
}

export function zones(): string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone").map(modernZone)])];
}

export function formatDateTime(time: string, zone: string, seconds = false): string {
  return timeFormat({
    timeZone: zone,
    dateStyle: "medium",
    timeStyle: seconds ? "medium" : "short",
  }).format(new Date(time));
}

/** Without the year, where there is little room. */
export function formatShort(time: string, zone: string): string {
  return timeFormat({
    timeZone: zone,
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  }).format(new Date(time));
}

/** What is soon, to the second: without its day where that is today. */
export function formatSoon(time: string, zone: string, now: number): string {
  const isToday = today(zone, new Date(time)) === today(zone, new Date(now));
  return isToday ? timeFormat({ timeZone: zone, timeStyle: "medium" }).format(new Date(time)) : formatDateTime(time, zone, true);
}

export function formatDate(time: string, zone: string): string {
  return timeFormat({ timeZone: zone, dateStyle: "medium" }).format(new Date(time));
}

/** A calendar date such as 2026-11-30, which has no zone. */
export function formatDay(date: string, weekday = false): string {
  return timeFormat({
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    ...(weekday ? { weekday: "short" } : {}),
  }).format(new Date(`${date}T00:00:00Z`));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Of what has happened: also where the clock here is behind the one that says when, or is looked at only now and then. */
export function formatAgo(time: string, now: number): string {
  return formatFromNow(time, Math.max(now, Date.parse(time)));
}

export function formatFromNow(time: string, now: number): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS[3]!;
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Today in a zone, as 2026-11-30. */
export function today(zone: string, now: Date): string {
  return timeFormat({ timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA").format(now);
}

/** Calendar arithmetic on dates without a zone. */
export function addDays(date: string, days: number): string {
  const moment = new Date(`${date}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

export function isDate(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // A thirtieth of February would be taken for the second of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
