export interface AlertSearch {
  severity?: "info" | "warning" | "critical";
  seen?: "no" | "yes";
  budget?: string;
}

export function readAlertSearch(raw: Record<string, unknown>): AlertSearch {
  const search: AlertSearch = {};
  if (raw.severity === "info" || raw.severity === "warning" || raw.severity === "critical") search.severity = raw.severity;
  if (raw.seen === "no" || raw.seen === "yes") search.seen = raw.seen;
  if (typeof raw.budget === "string" && raw.budget !== "") search.budget = raw.budget;
  return search;
}
