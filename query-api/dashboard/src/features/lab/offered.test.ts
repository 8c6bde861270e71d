import { expect, test } from "vitest";
import { offered } from "./offered";

test("where no tier is enforced everything is offered, and of the least tier the counting alone", () => {
  expect(offered({ features: { costPreview: true, workflowsMax: null, workflowRunsPerMonth: null } })).toEqual({ showCost: true, mayRun: true });
  expect(offered({ features: { costPreview: true, workflowsMax: 5, workflowRunsPerMonth: 100 } })).toEqual({ showCost: true, mayRun: true });
  expect(offered({ features: { costPreview: false, workflowsMax: 0, workflowRunsPerMonth: 0 } })).toEqual({ showCost: false, mayRun: false });
});
