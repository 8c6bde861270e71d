/** The sample records that there are, by what stands for them in the place of a data source's id. */
export const SAMPLES: readonly string[] = [
  "sample",
  "sample/leads",
  "sample/tickets",
  "sample/topics",
  "sample/contacts",
  "sample/submissions",
  "sample/reviews",
  "sample/invoices",
  "sample/articles",
  "sample/commits",
  "sample/metrics",
  "sample/products",
  "sample/customer_activity",
  "sample/answered_tickets",
  "sample/sales",
];

/** Customers, unless it says others. */
export function sampleName(sourceId: string): string {
  return (sourceId.split("/")[1] ?? "customers").replaceAll("_", " ");
}

export function isSample(sourceId: string): boolean {
  return sourceId === "sample" || sourceId.startsWith("sample/");
}
