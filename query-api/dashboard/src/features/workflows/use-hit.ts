import { useOnViewportChange, type Viewport } from "@xyflow/react";
import { useCallback, type RefObject } from "react";

/** Tells the style how small nodes are drawn, for what is hit of them is not to become as small: without drawing them anew at each turn of the wheel. */
export function useHit(container: RefObject<HTMLDivElement | null>) {
  const onChange = useCallback(({ zoom }: Viewport) => container.current?.style.setProperty("--zoom", String(zoom)), [container]);
  useOnViewportChange({ onChange });
}
