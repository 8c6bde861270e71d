import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { Cost } from "./cost";

function shown(cost: string, runs: number, unpricedRuns: number): string {
  const { container, unmount } = render(
    <HintProvider>
      <Cost cost={cost} runs={runs} unpricedRuns={unpricedRuns} />
    </HintProvider>,
  );
  const text = container.textContent;
  unmount();
  return text ?? "";
}

test("what has no price is not told as free, and what has it in part says so", () => {
  expect(shown("0.00", 3, 3)).toBe("No price yet");
  expect(shown("1.50", 3, 1)).toBe("$1.50+ 1 unpriced");
  expect(shown("1.50", 3, 0)).toBe("$1.50");
  expect(shown("0.00", 3, 0)).toBe("$0.00");
  expect(screen.queryByText("No price yet")).toBeNull();
});
