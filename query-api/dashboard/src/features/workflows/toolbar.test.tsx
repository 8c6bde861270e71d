import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Toolbar, type ToolbarProps } from "./toolbar";

afterEach(() => vi.unstubAllGlobals());

function open(patch: Partial<ToolbarProps>) {
  const does = vi.fn();
  render(
    <Toolbar
      name="Mine"
      note=""
      status={null}
      readOnly={false}
      mayRun
      isStored={false}
      isEmpty={false}
      isSaving={false}
      isStarting={false}
      undo={null}
      redo={null}
      onRename={does}
      onAdd={does}
      onSave={does}
      onRun={does}
      onStatus={does}
      onArrange={does}
      onExport={does}
      onExportTemplate={does}
      onImport={does}
      onDuplicate={null}
      onExecutions={does}
      onOpen={does}
      {...patch}
    />,
  );
}

const CASES: [string, Partial<ToolbarProps>, boolean][] = [
  ["nothing is under way", {}, false],
  // What has no id yet would become two.
  ["it is being saved", { isSaving: true }, true],
  ["a run begins", { isStarting: true }, true],
  ["one may only look at it", { mayRun: false, readOnly: true }, true],
  ["there is no node", { isEmpty: true }, true],
];

test.each(CASES)("where %s, a run with data is held back: %o %s", async (_, patch, isHeld) => {
  open(patch);
  screen.getByRole("button", { name: "More" }).focus();
  await userEvent.keyboard("{Enter}");
  const item = await screen.findByRole("menuitem", { name: /Run with data/ });
  expect(item.getAttribute("aria-disabled") === "true").toBe(isHeld);
});

test("whoever may only look at a workflow cannot run it", () => {
  open({ readOnly: true, mayRun: false });
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Run" }).disabled).toBe(true);
});

test("a double click on Run is one run", async () => {
  const onRun = vi.fn();
  open({ onRun });
  await userEvent.dblClick(screen.getByRole("button", { name: "Run" }));
  expect(onRun).toHaveBeenCalledOnce();
});

test("where there is no room for all of it, what is left out of the line is reached by the keyboard under More", async () => {
  vi.stubGlobal("matchMedia", () => Object.assign(new EventTarget(), { matches: true }));
  const [undo, onStatus] = [vi.fn(), vi.fn()];
  open({ undo, onStatus, status: "draft", isStored: true, note: "Not saved" });
  for (const id of ["add-node-btn", "save-workflow-btn", "run-workflow-btn"]) {
    expect(screen.getByTestId(id)).toBeTruthy();
  }
  expect(screen.queryByRole("button", { name: /^(Undo|Redo|Status)/ })).toBeNull();
  screen.getByRole("button", { name: "More" }).focus();
  await userEvent.keyboard("{Enter}");
  expect((await screen.findByRole("menu")).textContent).toContain("Not saved");
  expect(screen.getByRole("menuitem", { name: "Redo" }).getAttribute("aria-disabled")).toBe("true");
  await userEvent.keyboard("{Enter}");
  expect(undo).toHaveBeenCalledOnce();
  await userEvent.keyboard("{Enter}{End}{ArrowUp}{Enter}");
  expect(onStatus).toHaveBeenCalledExactlyOnceWith("paused");
});

test("a stored workflow is duplicated from the menu, and what is not stored, or by whoever may not make one, is not", async () => {
  const onDuplicate = vi.fn();
  open({ isStored: true, onDuplicate });
  screen.getByRole("button", { name: "More" }).focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("menuitem", { name: "Duplicate" }));
  expect(onDuplicate).toHaveBeenCalledOnce();
  cleanup();
  open({ onDuplicate: null });
  screen.getByRole("button", { name: "More" }).focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("menuitem", { name: "Arrange" });
  expect(screen.queryByRole("menuitem", { name: "Duplicate" })).toBeNull();
});

test("a wide line has all of it, once", async () => {
  open({ status: "draft" });
  for (const name of ["Undo", "Redo", "Status: Draft. Change"]) {
    expect(screen.getAllByRole("button", { name })).toHaveLength(1);
  }
  screen.getByRole("button", { name: "More" }).focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("menu");
  expect(screen.queryByRole("menuitem", { name: "Undo" })).toBeNull();
  expect(screen.queryByRole("menuitemradio")).toBeNull();
});
