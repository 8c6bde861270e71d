import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { EMPTY, type Definition } from "./definition";
import { SidePanel, titleOf } from "./side-panel";

const DRAWN: Definition = {
  ...EMPTY,
  nodes: [
    { id: "wait", type: "delay", label: "Wait a moment", config: {}, position: { x: 0, y: 0 } },
    { id: "then", type: "delay", label: "Then", config: {}, position: { x: 300, y: 0 } },
  ],
  edges: [{ id: "wait-then", source: "wait", target: "then" }],
};

test.each([
  [["wait"], true, "Wait a moment"],
  [["wait-then"], false, "Connection"],
  [["wait", "then"], false, "2 chosen"],
  [[], true, "Run"],
  [[], false, "Settings"],
] as const)("with %j chosen the panel is about what is chosen, then the run: %s", (chosen, isRun, title) => {
  expect(titleOf(DRAWN, new Set(chosen), isRun)).toBe(title);
});

function panel(runId: string | null, led = 0) {
  return (
    <SidePanel title="Settings" runId={runId} led={led}>
      <p>content</p>
    </SidePanel>
  );
}

const line = () => screen.getByRole("button", { name: "Properties: Settings" });
/** Where there is no room beside the canvas: whether it is only a line. */
const isFolded = () => screen.getByText("content").parentElement!.classList.contains("max-lg:hidden");

test("where there is little room the panel is a line until it is opened, or a run begins", async () => {
  const { rerender } = render(panel(null));
  expect([line().getAttribute("aria-expanded"), isFolded()]).toEqual(["false", true]);
  await userEvent.click(line());
  expect([line().getAttribute("aria-expanded"), isFolded()]).toEqual(["true", false]);
  await userEvent.click(line());
  expect(isFolded()).toBe(true);
  rerender(panel("exe_1"));
  expect(isFolded()).toBe(false);
  await userEvent.click(line());
  rerender(panel("exe_1"));
  expect(isFolded()).toBe(true);
  rerender(panel("exe_2"));
  expect(isFolded()).toBe(false);
});

test("whoever is led there from the canvas sees it", async () => {
  const { rerender } = render(panel(null));
  rerender(panel(null, 1));
  expect(isFolded()).toBe(false);
  await userEvent.click(line());
  rerender(panel(null, 1));
  expect(isFolded()).toBe(true);
  rerender(panel(null, 2));
  expect(isFolded()).toBe(false);
});
