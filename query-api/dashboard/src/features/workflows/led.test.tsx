import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EMPTY, type Definition } from "./definition";
import { faultsOf, NO_VALUE_FAULTS, type Warning } from "./faults";
import { Properties } from "./properties";

const WARNING: Warning = { severity: "warning", field: "nodes[0].config.delayMs", detail: "is long", remedy: "Wait for less.", message: "" };

const WARNINGS: readonly Warning[] = [
  { ...WARNING, nodeId: "wait" },
  { ...WARNING, edgeId: "wait-then", field: "edges[0].condition" },
];

const DRAWN: Definition = {
  ...EMPTY,
  nodes: [
    { id: "wait", type: "delay", label: "Wait", config: {}, position: { x: 0, y: 0 } },
    { id: "then", type: "delay", label: "Then", config: {}, position: { x: 300, y: 0 } },
  ],
  edges: [{ id: "wait-then", source: "wait", target: "then" }],
};

beforeEach(() => void vi.stubGlobal("fetch", () => new Promise(() => undefined)));

afterEach(() => vi.unstubAllGlobals());

function Panel({ readOnly }: { readOnly: boolean }) {
  const [definition, setDefinition] = useState(DRAWN);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isRun, setRun] = useState(false);
  return (
    <>
      <button onClick={() => setSelected(new Set(["then"]))}>on the canvas</button>
      <button onClick={() => setRun(true)}>Run</button>
      <Properties
        definition={definition}
        selected={selected}
        faults={faultsOf(null, undefined, WARNINGS)}
        wrong={NO_VALUE_FAULTS}
        failed={{ error: null, sent: undefined }}
        refusals={0}
        warnings={WARNINGS}
        readOnly={readOnly}
        run={isRun && <button onClick={() => setRun(false)}>Close the run</button>}
        runs={[]}
        led={0}
        onEdit={setDefinition}
        onSelect={setSelected}
      />
    </>
  );
}

function open(readOnly = true) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Panel readOnly={readOnly} />
    </QueryClientProvider>,
  );
}

test("a warning leads the focus to its node's form", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Wait" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Delay" }));
});

test("a warning of a line leads the focus to where the line is set", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Wait → Then" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Connection" }));
});

test("after a line is deleted the focus is where the workflow's settings begin", async () => {
  open(false);
  await userEvent.click(screen.getByRole("button", { name: "Wait → Then" }));
  await userEvent.click(screen.getByRole("button", { name: "Delete" }));
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Workflow settings" }));
});

test("what is chosen on the canvas takes the focus from nobody", async () => {
  open();
  const canvas = screen.getByRole("button", { name: "on the canvas" });
  await userEvent.click(canvas);
  expect(screen.getByRole("heading", { name: "Delay" })).toBeTruthy();
  expect(document.activeElement).toBe(canvas);
});

test("after a run is closed the focus is where the workflow's settings begin", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  screen.getByRole("button", { name: "Close the run" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Workflow settings" }));
});
