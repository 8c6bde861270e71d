import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef, type RefObject } from "react";
import { NODE_WIDTH as WIDTH, type Definition } from "./definition";
import { fittingLegibly } from "./view";

const HEIGHT = 80;

/** What the palette covers at the left. */
const COVERED = 64;

/** Brings a node that was just added into view, unless it is there already. */
export function useInView(definition: Definition, container: RefObject<HTMLDivElement | null>, readOnly: boolean) {
  const { fitView, flowToScreenPosition, getZoom } = useReactFlow();
  const count = useRef(definition.nodes.length);
  useEffect(() => {
    const added = definition.nodes.length > count.current ? definition.nodes.at(-1) : undefined;
    count.current = definition.nodes.length;
    const box = container.current?.getBoundingClientRect();
    if (added && box) {
      const { x, y } = flowToScreenPosition(added.position);
      const zoom = getZoom();
      const isSeen = x > box.left + COVERED && x + WIDTH * zoom < box.right && y > box.top && y + HEIGHT * zoom < box.bottom;
      if (!isSeen) {
        void fitView(fittingLegibly(definition.nodes, readOnly, added));
      }
    }
  }, [definition.nodes, container, readOnly, fitView, flowToScreenPosition, getZoom]);
}
