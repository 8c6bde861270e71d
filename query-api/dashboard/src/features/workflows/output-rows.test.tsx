import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { OutputCards, OutputTable } from "./output-rows";
import type { Output } from "./outputs";

const OUTPUT: Output = {
  executionId: "exe_1",
  workflowId: "wf_1",
  workflowName: "Ticket triage",
  category: null,
  tags: ["nightly"],
  completedAt: "2026-11-26T14:00:00Z",
  triggeredBy: "api",
  inputKey: "order 66",
  empty: false,
  summary: "It is urgent",
  tokens: 1200,
  cost: "0.25",
  costNanoUsd: 250_000_000,
  unpricedCalls: 0,
  durationMs: 1500,
  test: false,
  simulated: false,
};

const NOTHING: Output = { ...OUTPUT, executionId: "exe_2", empty: true, summary: null, inputKey: null, durationMs: null, cost: "0.00", costNanoUsd: 0, unpricedCalls: 2 };

const LISTS = [
  ["a table", OutputTable, /Ticket triage.*nightly.*order 66.*It is urgent.*1,200.*\$0\.25.*1\.50 s/],
  ["rows one below the other", OutputCards, /Ticket triage.*nightly.*\$0\.25.*order 66.*It is urgent.*1,200 tokens.*1\.50 s/],
] as const;

test.each(LISTS)("in %s, an output tells what it holds and leads to its execution, and an empty one says that it is", async (name, List, told) => {
  const onTag = vi.fn();
  openPage("/list", [{ path: "/list", component: () => <List outputs={[OUTPUT, NOTHING]} zone="UTC" onTag={onTag} /> }]);
  const [full, empty] = await screen.findAllByTestId("output");
  expect(full!.textContent).toMatch(told);
  expect(document.querySelector("table") === null).toBe(name !== "a table");
  expect(full!.textContent).not.toContain("Empty");
  expect(full!.querySelector("a")!.getAttribute("href")).toBe("/dashboard/workflows/wf_1/executions/exe_1");
  expect(empty!.textContent).toMatch(name === "a table" ? /Empty result.*\+ 2 unpriced/ : /\+ 2 unpriced.*Empty result/);
  expect(empty!.querySelector("svg")).not.toBeNull();
  await userEvent.click(screen.getAllByRole("button", { name: "Only those with the tag nightly" })[0]!);
  expect(onTag).toHaveBeenCalledWith("nightly");
  vi.unstubAllGlobals();
});
