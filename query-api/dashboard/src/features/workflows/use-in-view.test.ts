import { renderHook } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { EMPTY, type Definition } from "./definition";
import { layout } from "./layout";
import { useInView } from "./use-in-view";
import { fittingFirst } from "./view";

const flow = { fitView: vi.fn(), flowToScreenPosition: vi.fn(), getZoom: vi.fn() };

vi.mock("@xyflow/react", async (original) => ({ ...(await original<object>()), useReactFlow: () => flow }));

beforeEach(() => void flow.fitView.mockClear());

const node = (id: string, x: number) => ({ id, type: "delay" as const, label: id, config: {}, position: { x, y: 0 } });

const DRAWN: Definition = { ...EMPTY, nodes: [node("far", 9000), node("near", 0)], edges: [{ id: "near-far", source: "near", target: "far" }] };

const NOTHING: ReadonlySet<string> = new Set();

const CONTAINER = { current: null };

test("once nodes are arranged they are in view as when a workflow is opened, where they stand then, and only then", () => {
  const { rerender } = renderHook(({ definition, arranged }) => useInView(definition, NOTHING, CONTAINER, false, arranged), { initialProps: { definition: DRAWN, arranged: 0 } });
  expect(flow.fitView).not.toHaveBeenCalled();
  const arranged = layout(DRAWN);
  rerender({ definition: arranged, arranged: 1 });
  expect(flow.fitView.mock.calls).toEqual([[fittingFirst(arranged.nodes, false)]]);
  rerender({ definition: { ...arranged }, arranged: 1 });
  expect(flow.fitView).toHaveBeenCalledTimes(1);
  rerender({ definition: arranged, arranged: 2 });
  expect(flow.fitView).toHaveBeenCalledTimes(2);
});
