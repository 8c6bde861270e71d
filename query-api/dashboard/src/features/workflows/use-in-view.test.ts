import { renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { EMPTY, type Definition } from "./definition";
import { layout } from "./layout";
import { useInView } from "./use-in-view";
import { fittingFirst, fittingLegibly } from "./view";

const flow = { fitView: vi.fn(), flowToScreenPosition: vi.fn(), getZoom: vi.fn() };

vi.mock("@xyflow/react", async (original) => ({ ...(await original<object>()), useReactFlow: () => flow }));

beforeEach(() => void flow.fitView.mockClear());

const node = (id: string, x: number) => ({ id, type: "delay" as const, label: id, config: {}, position: { x, y: 0 } });

const DRAWN: Definition = { ...EMPTY, nodes: [node("far", 9000), node("near", 0)], edges: [{ id: "near-far", source: "near", target: "far" }] };

const NOTHING: ReadonlySet<string> = new Set();

const CONTAINER = { current: null };

test("once nodes are arranged they are in view as when a workflow is opened, where they stand then, and only then", () => {
  const { rerender } = renderHook(({ definition, arranged }) => useInView(definition, NOTHING, CONTAINER, false, arranged, 0), { initialProps: { definition: DRAWN, arranged: 0 } });
  expect(flow.fitView).not.toHaveBeenCalled();
  const arranged = layout(DRAWN);
  rerender({ definition: arranged, arranged: 1 });
  expect(flow.fitView.mock.calls).toEqual([[fittingFirst(arranged.nodes, false)]]);
  rerender({ definition: { ...arranged }, arranged: 1 });
  expect(flow.fitView).toHaveBeenCalledTimes(1);
  rerender({ definition: arranged, arranged: 2 });
  expect(flow.fitView).toHaveBeenCalledTimes(2);
});

test("what is to be mended is seen whole, once its form is there", async () => {
  const box = { left: 0, right: 400, top: 0, bottom: 300 } as DOMRect;
  const container = { current: { getBoundingClientRect: () => box } as HTMLDivElement };
  // Its right end is not seen: whoever has chosen it need not be moved, but whoever is to mend it is.
  flow.flowToScreenPosition.mockImplementation((at: { x: number }) => ({ x: at.x === 0 ? 300 : 9000, y: 100 }));
  flow.getZoom.mockReturnValue(1);
  const chosen = new Set(["near"]);
  const { rerender } = renderHook(({ sought }) => useInView(DRAWN, chosen, container, false, 0, sought), { initialProps: { sought: 0 } });
  expect(flow.fitView).not.toHaveBeenCalled();
  rerender({ sought: 1 });
  await waitFor(() => expect(flow.fitView.mock.calls).toEqual([[fittingLegibly(DRAWN.nodes, false, DRAWN.nodes[1])]]));
});
