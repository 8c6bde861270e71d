import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import type { Estimate } from "./api";
import { TokenPreview } from "./token-preview";
import { costPer1K, TokenUsageDisplay } from "./token-usage-display";

const ESTIMATE = {
  model: "gpt-4",
  inputTokens: 1361,
  outputTokens: 289,
  totalTokens: 1650,
  estimatedCost: "0.0282",
  unpriced: false,
  approximate: false,
  suggestions: [{ type: "model_switch", title: "Use gpt-4o-mini", description: "", savings: "0.0279", savingsPercentage: 99.2, targetModel: "gpt-4o-mini" }],
} as unknown as Estimate;

function show(model: string, showCost = true, onModelChange: (model: string) => void = () => undefined) {
  return render(
    <HintProvider>
      <TokenPreview estimate={ESTIMATE} model={model} isEmpty={false} showCost={showCost} onModelChange={onModelChange} />
    </HintProvider>,
  );
}

test("one click takes the advice", async () => {
  const chosen: string[] = [];
  show("gpt-4", true, (model) => chosen.push(model));
  expect(screen.getByText("~1,361")).toBeTruthy();
  expect(screen.getByText(/^Saves/).textContent).toBe("Saves $0.0279 (99%)");
  await userEvent.click(screen.getByRole("button", { name: "Switch" }));
  expect(chosen).toEqual(["gpt-4o-mini"]);
});

test("where there is little room the estimate is a line, whose figures keep their names for those who hear it", () => {
  show("gpt-4");
  const figures = [...document.querySelectorAll("dl > div")];
  expect(figures.map((figure) => figure.querySelector("dt")?.textContent)).toEqual(["Input tokens", "Output tokens", "Cost"]);
  expect(figures.map((figure) => figure.querySelector("dd[aria-hidden]")?.textContent)).toEqual(["in", "out", undefined]);
});

test("advice that was taken is gone at once, though the new estimate is not there yet", () => {
  show("gpt-4o-mini");
  expect(screen.queryByRole("button", { name: "Switch" })).toBeNull();
});

test("a tier without costs sees the tokens", () => {
  show("gpt-4", false);
  expect(screen.getByText("~1,650 tokens")).toBeTruthy();
  expect(screen.queryByText(/\$/)).toBeNull();
});

test("what a run cost stands beside what was said before, where costs are shown and something was said", () => {
  const display = (estimatedCost: string | null, showCost = true) => (
    <HintProvider>
      <TokenUsageDisplay inputTokens={1361} outputTokens={200} totalCost="0.0523" estimatedCost={estimatedCost} executionTimeMs={1500} model="gpt-4" showCost={showCost} />
    </HintProvider>
  );
  const { rerender } = render(display("0.0282"));
  expect(screen.getByText(/^1\.50 s/).textContent).toBe("1.50 s · gpt-4 · estimated before: ~$0.0282");
  rerender(display(null));
  expect(screen.getByText(/^1\.50 s/).textContent).toBe("1.50 s · gpt-4");
  rerender(display("0.0282", false));
  expect(screen.queryByText(/\$/)).toBeNull();
});

test("the cost of a thousand tokens is the run's, divided by them", () => {
  // 452 in, 387 out on gpt-4o-mini.
  expect(costPer1K(300_000n, 839)).toBe(357_569n);
  expect(costPer1K(0n, 0)).toBeNull();
});
