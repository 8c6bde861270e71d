import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { acme, openPage } from "@/test/page-stand";
import { Toasts } from "@/shared/ui/toast";
import type { Workflow } from "./api";
import { Builder } from "./builder";

const DEFINITION = { version: "1.0", nodes: [{ id: "wait", type: "delay", label: "Wait", config: { delayMs: 1000 }, position: { x: 0, y: 0 } }], edges: [], settings: {} };

/** What the server has, and how often it was sent something. */
let stored: Workflow;
let sent: string[];

/** What is wrong with what is sent, if it is refused. */
let refusal: { field: string; detail: string; remedy: string }[] | null;

beforeEach(() => {
  localStorage.clear();
  stored = { id: "wf_1", account: "team:acme", name: "Triage", status: "active", version: 1, updatedAt: "2026-11-27T03:00:00.000001Z", yourLevel: "admin", definition: DEFINITION } as unknown as Workflow;
  sent = [];
  refusal = null;
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/teams/acme/members") {
      return Promise.resolve(Response.json({ members: [], nextCursor: null }));
    }
    if (request.method !== "GET") {
      sent.push(request.method);
      if (refusal) {
        return Promise.resolve(Response.json({ code: "invalid_request", detail: "It is not valid.", errors: refusal }, { status: 400 }));
      }
      stored = { ...stored, version: 2 };
    }
    return Promise.resolve(Response.json({ success: true, workflow: stored, warnings: [] }));
  });
});

afterEach(() => vi.unstubAllGlobals());

async function open() {
  const opened = stored;
  openPage("/", [{ path: "/", component: () => <Builder workflow={opened} onMade={() => undefined} /> }], { teams: [acme({ role: "editor" })] });
  render(<Toasts />);
  await screen.findByLabelText("Name of the workflow");
}

const rename = (name: string) => fireEvent.change(screen.getByLabelText("Name of the workflow"), { target: { value: name } });

const save = () => userEvent.click(screen.getByTestId("save-workflow-btn"));

const DEFAULTS = { position: { x: 0, y: 0 } };

const EMPTY_BODY = { field: "definition.nodes[1].config.bodyNodes", detail: "(node each) is empty", remedy: "Name the nodes that run for each item." };

/** A loop and an output as they are when they were just put there, behind one that nothing is wrong with. */
function withLoopAndOutput() {
  const loop = { ...DEFAULTS, id: "each", type: "loop", label: "Each", config: { iterateOver: "input", itemVariable: "entry", bodyNodes: [] } };
  const output = { ...DEFAULTS, id: "out", type: "output", label: "Out", config: { destination: "database", mapping: {} } };
  stored = { ...stored, definition: { ...DEFINITION, nodes: [...DEFINITION.nodes, loop, output] } as never };
  refusal = [
    EMPTY_BODY,
    { field: "definition.nodes[2].config.sourceId", detail: "(node out) is missing", remedy: "Name the data source by its id." },
    { field: "definition.nodes[2].config.table", detail: "(node out) is missing", remedy: "Name the table." },
  ];
}

/** What is told of it; what others were told before goes by itself. */
const messages = () =>
  screen
    .getAllByRole("button", { name: "Dismiss" })
    .map((button) => button.parentElement!.textContent)
    .filter((text) => /to mend|Nodes at once/.test(text));

test("who saves what has faults is told how many nodes, once, and led to the first field to mend", async () => {
  withLoopAndOutput();
  await open();
  rename("Mine");
  await save();
  expect(await screen.findByRole("heading", { name: "Loop" })).toBeTruthy();
  expect(messages()).toEqual(["Not saved. 2 nodes have something to mend: Each, Out."]);
  const body = screen.getByRole("group", { name: "Runs for each item" });
  await waitFor(() => expect(document.activeElement).toBe(body));
  expect(body.textContent).toContain("Is empty. Name the nodes that run for each item.");
  expect(screen.getByRole("button", { name: "Properties: Each" }).getAttribute("aria-expanded"), "also where there is little room").toBe("true");
  await save();
  await waitFor(() => expect(sent).toHaveLength(2));
  await waitFor(() => expect(document.activeElement).toBe(body));
  expect(messages()).toHaveLength(1);
});

test("each of several faults stands at its field, until that is changed, and the message goes when it is saved", async () => {
  withLoopAndOutput();
  refusal = refusal!.slice(1);
  await open();
  rename("Mine");
  await save();
  const source = await screen.findByRole("combobox", { name: "Data source" });
  const table = screen.getByRole("textbox", { name: "Table or sheet" });
  await waitFor(() => expect(document.activeElement).toBe(source));
  expect([source, table].map((field) => field.getAttribute("aria-invalid"))).toEqual(["true", "true"]);
  expect(document.getElementById(table.getAttribute("aria-describedby")!)!.textContent).toBe("Is missing. Name the table.");
  expect(messages()).toEqual(["Not saved. 1 node has something to mend: Out."]);
  await userEvent.type(table, "leads");
  expect([source, table].map((field) => field.getAttribute("aria-invalid"))).toEqual(["true", null]);
  refusal = null;
  await save();
  await screen.findByText("The workflow is saved.");
  expect(screen.queryByText(/something to mend/)).toBeNull();
  expect(source.getAttribute("aria-invalid")).toBeNull();
});

test("what is wrong with the settings is told in words and at its field, and never by the API's path", async () => {
  refusal = [{ field: "definition.settings.maxConcurrentNodes", detail: "is 5,000", remedy: "Give a number from 1 to 100." }];
  await open();
  rename("Mine");
  await save();
  const field = screen.getByRole("textbox", { name: "Nodes at once" });
  await waitFor(() => expect(document.activeElement).toBe(field));
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(messages()).toEqual(["Not saved. “Nodes at once” is 5,000. Give a number from 1 to 100."]);
  expect(document.body.textContent).not.toContain("definition.");
});
