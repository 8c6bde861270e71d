import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef, type RefObject } from "react";
import type { Definition } from "./definition";
import { fittingFirst, fittingLegibly, isAway, isSeenWhole } from "./view";

/**
 * Brings a node into view that was just added, unless it is seen, one that was chosen elsewhere and is not seen at all, and all of them
 * as when a workflow is opened once they are arranged.
 *
 * @param arranged how often they were
 * @param sought how often the one that is chosen is to be seen whole, as where something of it is to be mended
 */
export function useInView(definition: Definition, selected: ReadonlySet<string>, container: RefObject<HTMLDivElement | null>, readOnly: boolean, arranged: number, sought: number) {
  const { fitView, flowToScreenPosition, getZoom } = useReactFlow();
  const count = useRef(definition.nodes.length);
  useEffect(() => {
    const added = definition.nodes.length > count.current ? definition.nodes.at(-1) : undefined;
    count.current = definition.nodes.length;
    const box = container.current?.getBoundingClientRect();
    if (added && box) {
      if (!isSeenWhole(flowToScreenPosition(added.position), getZoom(), box)) {
        void fitView(fittingLegibly(definition.nodes, readOnly, added));
      }
    }
  }, [definition.nodes, container, readOnly, fitView, flowToScreenPosition, getZoom]);
  // What is drawn by now: whoever moves the view away from what is chosen, and edits it, stays where they are.
  const drawn = useRef(definition.nodes);
  useEffect(() => {
    drawn.current = definition.nodes;
  });
  useEffect(() => {
    const chosen = selected.size === 1 ? drawn.current.find((node) => selected.has(node.id)) : undefined;
    const box = container.current?.getBoundingClientRect();
    if (chosen && box && isAway(flowToScreenPosition(chosen.position), getZoom(), box)) {
      void fitView(fittingLegibly(drawn.current, readOnly, chosen));
    }
  }, [selected, container, readOnly, fitView, flowToScreenPosition, getZoom]);
  const soughtBefore = useRef(sought);
  useEffect(() => {
    if (sought === soughtBefore.current) {
      return;
    }
    soughtBefore.current = sought;
    // Once its form is there, which takes some of the room in a narrow window.
    const frame = requestAnimationFrame(() => {
      const chosen = selected.size === 1 ? drawn.current.find((node) => selected.has(node.id)) : undefined;
      const box = container.current?.getBoundingClientRect();
      if (chosen && box && !isSeenWhole(flowToScreenPosition(chosen.position), getZoom(), box)) {
        void fitView(fittingLegibly(drawn.current, readOnly, chosen));
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [sought, selected, container, readOnly, fitView, flowToScreenPosition, getZoom]);
  const arrangedBefore = useRef(arranged);
  useEffect(() => {
    if (arranged !== arrangedBefore.current) {
      arrangedBefore.current = arranged;
      void fitView(fittingFirst(drawn.current, readOnly));
    }
  }, [arranged, readOnly, fitView]);
}
