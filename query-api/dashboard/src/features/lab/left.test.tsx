import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { Left } from "./left";

test.each([
  [{ unit: "usd", remaining: "3.50", overBy: "0.00" }, "$3.50 left"],
  [{ unit: "usd", remaining: "0.00", overBy: "0.00" }, "$0.00 left"],
  [{ unit: "usd", remaining: "0.00", overBy: "0.72" }, "over by $0.72"],
  [{ unit: "usd", remaining: "0.00", overBy: "0.000000001" }, "over by $0.000000001"],
  [{ unit: "tokens", remaining: "12500", overBy: "0" }, "12,500 tokens left"],
  [{ unit: "tokens", remaining: "0", overBy: "20" }, "over by 20 tokens"],
] as const)("of %j it is said that there is %s", (budget, said) => {
  render(
    <HintProvider>
      <p>
        <Left budget={budget} />
      </p>
    </HintProvider>,
  );
  expect(screen.getByRole("paragraph").textContent).toBe(said);
});
