import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { acme, openPage } from "@/test/page-stand";
import { workflowQuery, type Workflow } from "./api";
import { StoredWorkflow, WorkflowPage } from "./builder-page";
import { readBuilderSearch } from "./search";

function version(version: number, name: string): Workflow {
  const definition = { version: "1.0", nodes: [], edges: [], settings: {} };
  return { id: "wf_1", account: "team:acme", name, status: "active", version, updatedAt: `2026-11-27T03:0${version}:00Z`, yourLevel: "admin", definition } as unknown as Workflow;
}

/** What the server has. */
let stored: Workflow;

let isDown: boolean;

beforeEach(() => {
  localStorage.clear();
  stored = version(2, "As Ada saved it");
  isDown = false;
  vi.stubGlobal("fetch", () => Promise.resolve(isDown ? Response.json({ detail: "Not now" }, { status: 503 }) : Response.json({ success: true, workflow: stored })));
});

afterEach(() => vi.unstubAllGlobals());

function open() {
  const known = [[workflowQuery("wf_1").queryKey, version(1, "As it was opened before")]] as const;
  return openPage("/", [{ path: "/", component: () => <StoredWorkflow id="wf_1" /> }], { teams: [acme({ role: "editor" })], known }).client;
}

const nameField = () => screen.findByLabelText<HTMLInputElement>("Name of the workflow");

test("a workflow that is opened again is the one that is stored now", async () => {
  open();
  expect((await nameField()).value).toBe("As Ada saved it");
});

test("what is drawn is not touched by what is stored later", async () => {
  const client = open();
  fireEvent.change(await nameField(), { target: { value: "Mine" } });
  stored = version(3, "As Ada saved it again");
  await act(() => client.refetchQueries({ queryKey: workflowQuery("wf_1").queryKey }));
  await waitFor(() => expect(client.getQueryData(workflowQuery("wf_1").queryKey)?.version).toBe(3));
  expect((await nameField()).value).toBe("Mine");
  expect(screen.getByText("Not saved")).toBeTruthy();
});

test("where it cannot be asked for, what is known of it is there", async () => {
  isDown = true;
  open();
  expect((await nameField()).value).toBe("As it was opened before");
});

test.each([
  ["is not known here", false],
  ["was known from before", true],
])("one that is gone and %s says so, and leads to the list", async (_, isKnown) => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ detail: "There is no such workflow that you may see" }, { status: 404 })));
  const known = isKnown ? [[workflowQuery("wf_1").queryKey, version(1, "As it was opened before")] as const] : [];
  openPage("/", [{ path: "/", component: () => <StoredWorkflow id="wf_1" /> }], { known });
  expect(await screen.findByRole("heading", { name: "There is no such workflow" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Open the workflows" }).getAttribute("href")).toBe("/dashboard/workflows");
  expect(screen.queryByLabelText("Name of the workflow")).toBeNull();
});

test("a copy is a new workflow of the same definition, of which nothing is stored before it is saved, and which goes on as what it became", async () => {
  const sent: { method: string; body: Partial<Workflow> }[] = [];
  const nodes = [{ id: "wait", type: "delay", label: "Wait", config: { delayMs: 1000 }, position: { x: 0, y: 0 } }];
  stored = { ...version(2, "Triage"), definition: { version: "1.0", nodes, edges: [], settings: {} } } as unknown as Workflow;
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") {
      return Response.json({ success: true, workflow: stored });
    }
    const body = (await request.json()) as Partial<Workflow>;
    sent.push({ method: request.method, body });
    return Response.json({ success: true, workflow: { ...stored, ...body, id: "wf_2", version: 1 }, warnings: [] }, { status: 201 });
  });
  const { history } = openPage("/dashboard/workflows/new?copy=wf_1", [{ path: "/dashboard/workflows/$id", validateSearch: readBuilderSearch, component: WorkflowPage }], { teams: [acme({ role: "editor" })] });
  expect((await nameField()).value).toBe("Copy of Triage");
  expect(screen.getByText("Not saved")).toBeTruthy();
  expect(sent).toEqual([]);
  fireEvent.change(await nameField(), { target: { value: "Triage at night" } });
  fireEvent.click(screen.getByTestId("save-workflow-btn"));
  await screen.findByText("Saved");
  expect(sent).toMatchObject([{ method: "POST", body: { name: "Triage at night", definition: { nodes } } }]);
  expect(history.location.href).toBe("/dashboard/workflows/wf_2");
  // It is still the one on the page, with every step back.
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect((await nameField()).value).toBe("Copy of Triage");
});
