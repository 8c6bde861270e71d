import { ReactFlowProvider, useStoreApi } from "@xyflow/react";
import { render } from "@testing-library/react";
import { useEffect, useRef } from "react";
import { expect, test } from "vitest";
import { useHit } from "./use-hit";

function Drawn({ zoom }: { zoom: number }) {
  const container = useRef<HTMLDivElement>(null);
  const store = useStoreApi();
  useHit(container);
  useEffect(() => store.getState().onViewportChange?.({ x: 0, y: 0, zoom }), [store, zoom]);
  return <div ref={container} data-testid="canvas" />;
}

test("how small nodes are drawn is told to what is hit of them", () => {
  const { getByTestId, rerender } = render(<Drawn zoom={0.5} />, { wrapper: ReactFlowProvider });
  expect(getByTestId("canvas").style.getPropertyValue("--zoom")).toBe("0.5");
  rerender(<Drawn zoom={1} />);
  expect(getByTestId("canvas").style.getPropertyValue("--zoom")).toBe("1");
});
