/** What there is around something, from the nearest on, to begin at. */
const PLACES = "[tabindex], section, aside";

/** Begins at the nearest that is still there of what was around something that is gone. */
export function beginAt(around: readonly Element[], otherwise: Element | null): void {
  const place = around.find((one) => one.isConnected && one.matches(PLACES)) ?? otherwise;
  const target = place?.matches("[tabindex]") ? place : (place?.querySelector("h2") ?? place);
  if (target instanceof HTMLElement) {
    if (!target.hasAttribute("tabindex")) {
      target.tabIndex = -1;
    }
    // Where the page is scrolled to is the router's to say.
    target.focus({ preventScroll: true });
  }
}
