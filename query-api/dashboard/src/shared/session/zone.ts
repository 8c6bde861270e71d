import { useSearch } from "@tanstack/react-router";
import { browserZone, isZone } from "@/shared/format/time";

/** The zone of every page's times, and of the days of usage: what was chosen stands in the address, else it is the viewer's own. */
export function zoneOf({ zone }: { zone?: string | undefined }): string {
  return zone !== undefined && isZone(zone) ? zone : browserZone();
}

export function useZone(): string {
  const search: { zone?: string } = useSearch({ strict: false });
  return zoneOf(search);
}
