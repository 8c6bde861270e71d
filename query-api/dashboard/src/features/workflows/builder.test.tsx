import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Link, Outlet, RouterProvider } from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newestDraftAt, placeOf } from "@/shared/session/drafts";
import { sessionQuery, type User } from "@/shared/session/session";
import { HintProvider } from "@/shared/ui/hint";
import { Toasts } from "@/shared/ui/toast";
import { workflowQuery, type Workflow } from "./api";
import { Builder } from "./builder";
import { forgetCopied } from "./copied";

const USER = {
  id: "eve",
  name: "Eve",
  email: "eve@example.com",
  features: {},
  teams: [{ id: "acme", name: "Acme", role: "editor", timezone: "UTC", tier: "team", features: {} }],
} as unknown as User;

const DEFINITION = { version: "1.0", nodes: [{ id: "wait", type: "delay", label: "Wait", config: { delayMs: 1000 }, position: { x: 0, y: 0 } }], edges: [], settings: {} };

const LATER = { ...DEFINITION, nodes: [{ ...DEFINITION.nodes[0], label: "Wait longer" }] };

const PLACE = placeOf("eve", "acme", "workflow wf_1");

interface Sent {
  method: string;
  name?: string;
  baseVersion?: number;
  baseUpdatedAt?: string;
  definition?: { nodes: { label: string }[] };
}

/** What the server has, and what it was sent. */
let stored: Workflow;
let sent: Sent[];
let isDeleted: boolean;

/** As someone else saves it. */
function savedByAda(patch: Partial<Workflow>) {
  stored = { ...stored, updatedAt: "2026-11-27T03:10:00.000002Z", ...patch } as typeof stored;
}

beforeEach(() => {
  localStorage.clear();
  forgetCopied();
  stored = { id: "wf_1", account: "team:acme", name: "Triage", status: "active", version: 1, updatedAt: "2026-11-27T03:00:00.000001Z", yourLevel: "admin", definition: DEFINITION } as unknown as typeof stored;
  sent = [];
  isDeleted = false;
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/teams/acme/members") {
      return Response.json({ members: [{ userId: "ada", name: "Ada" }], nextCursor: null });
    }
    if (request.method === "GET") {
      return Response.json(pathname.includes("/versions/") ? { version: stored.version, definition: stored.definition } : { success: true, workflow: stored });
    }
    const body = (await request.json()) as Partial<Workflow> & Omit<Sent, "method">;
    sent.push({ ...body, method: request.method } as Sent);
    if (request.method === "POST") {
      return Response.json({ success: true, workflow: { ...stored, ...body, id: "wf_2", version: 1 }, warnings: [] }, { status: 201 });
    }
    if (isDeleted) {
      return Response.json({ code: "not_found", detail: "There is no such workflow that you may see" }, { status: 404 });
    }
    if ((body.baseVersion ?? stored.version) !== stored.version || (body.baseUpdatedAt ?? stored.updatedAt) !== stored.updatedAt) {
      const { version, name, updatedAt } = stored;
      return Response.json({ code: "conflict", detail: "It was changed meanwhile", current: { version, name, updatedAt, savedBy: "ada", savedAt: updatedAt } }, { status: 409 });
    }
    const isNew = JSON.stringify(body.definition) !== JSON.stringify(stored.definition);
    stored = { ...stored, ...body, version: stored.version + (isNew ? 1 : 0), updatedAt: "2026-11-27T03:20:00.000003Z" } as typeof stored;
    return Response.json({ success: true, workflow: stored, warnings: [] });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open() {
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, USER);
  client.setQueryData(workflowQuery("wf_1").queryKey, stored);
  const opened = stored;
  const root = createRootRoute({ component: Outlet });
  const builder = createRoute({
    getParentRoute: () => root,
    path: "/dashboard/workflows/$id",
    component: function Page() {
      return (builder.useParams() as { id: string }).id === "wf_1" ? (
        <>
          <Link to={"/elsewhere" as never}>elsewhere</Link>
          <Builder workflow={opened} onMade={() => undefined} />
        </>
      ) : (
        <p>another workflow</p>
      );
    },
  });
  const elsewhere = createRoute({ getParentRoute: () => root, path: "/elsewhere", component: () => <p>there</p> });
  const router = createRouter({ routeTree: root.addChildren([builder, elsewhere]), history: createMemoryHistory({ initialEntries: ["/dashboard/workflows/wf_1"] }) });
  render(
    <QueryClientProvider client={client}>
      <HintProvider>
        <RouterProvider router={router as never} />
        <Toasts />
      </HintProvider>
    </QueryClientProvider>,
  );
  await screen.findByText("elsewhere");
  return router;
}

const nameField = () => screen.getByLabelText<HTMLInputElement>("Name of the workflow");

function rename(name: string) {
  fireEvent.change(nameField(), { target: { value: name } });
}

const save = () => userEvent.click(screen.getByTestId("save-workflow-btn"));

const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));

async function inConflict() {
  const router = await open();
  rename("Mine");
  savedByAda({ version: 2, definition: LATER as never });
  await save();
  return { router, dialog: await screen.findByRole("dialog", { name: "Version 2 was saved meanwhile" }) };
}

test("who saves over another's version is told whose and what it would change, and may save theirs as the next one", async () => {
  const { dialog } = await inConflict();
  await waitFor(() => expect(dialog.textContent).toContain("By Ada"));
  const changes = await within(dialog).findByRole("list", { name: "Changes" });
  expect(within(changes).getAllByTestId("change").map((line) => line.textContent)).toEqual(["ChangedThe workflownameTriageMine", "ChangedWaitlabelWait longerWait"]);
  expect(document.activeElement).toBe(within(dialog).getByRole("button", { name: "Go on editing" }));
  await press("Save mine as version 3");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent.map((one) => one.baseVersion)).toEqual([1, 2]);
  expect([stored.name, stored.version]).toEqual(["Mine", 3]);
  expect(screen.getByText("Saved")).toBeTruthy();
});

test("who takes what is stored is asked first, and finds theirs one step back", async () => {
  const { dialog } = await inConflict();
  await press(/^Take what is stored/);
  await press("Take it");
  await waitFor(() => expect(dialog.isConnected).toBe(false));
  expect(nameField().value).toBe("Triage");
  expect(sent).toHaveLength(1);
  await press("Undo");
  expect(nameField().value).toBe("Mine");
  await save();
  await screen.findByRole("dialog", { name: "Version 2 was saved meanwhile" });
  expect(stored.version, "theirs is not overwritten unasked").toBe(2);
  await press("Save mine as version 3");
  await waitFor(() => expect(stored.version).toBe(3));
});

test("who takes what is stored and goes on from there saves that, and is asked again only about what was drawn before", async () => {
  await inConflict();
  await press(/^Take what is stored/);
  await press("Take it");
  await waitFor(() => expect(nameField().value).toBe("Triage"));
  rename("Both");
  await save();
  await waitFor(() => expect(stored.name).toBe("Both"));
  await press("Undo");
  await press("Undo");
  expect(nameField().value).toBe("Mine");
  await save();
  await screen.findByRole("dialog", { name: /meanwhile$/ });
  expect(stored.name).toBe("Both");
  await press("Go on editing");
  await press("Redo");
  await press("Redo");
  rename("Both of us");
  await save();
  await waitFor(() => expect(stored.name).toBe("Both of us"));
});

test("what would overwrite another's is saved as a new workflow, and the other stays", async () => {
  const { router } = await inConflict();
  await press("Save mine as a new workflow");
  await screen.findByText("another workflow");
  expect(router.state.location.pathname).toBe("/dashboard/workflows/wf_2");
  expect(sent.at(-1)).toMatchObject({ method: "POST", name: "Mine (mine)", teamId: "acme" });
  expect([stored.name, stored.version]).toEqual(["Triage", 2]);
  expect(newestDraftAt(PLACE)).toBeNull();
});

test("who goes on editing loses nothing, and is asked again at the next save", async () => {
  const { dialog } = await inConflict();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(dialog.isConnected).toBe(false));
  expect(nameField().value).toBe("Mine");
  await save();
  expect(await screen.findByRole("dialog", { name: "Version 2 was saved meanwhile" })).toBeTruthy();
});

test("a name that another has given meanwhile is not overwritten unasked", async () => {
  await open();
  rename("Mine");
  savedByAda({ name: "Theirs" });
  await save();
  const dialog = await screen.findByRole("dialog", { name: "It was changed meanwhile" });
  expect(dialog.textContent).toContain("Theirs");
  expect(stored.name).toBe("Theirs");
  await press("Save mine all the same");
  await waitFor(() => expect(stored.name).toBe("Mine"));
});

test("where only its status was changed meanwhile, nobody is asked, and a name that was not changed is not sent", async () => {
  await open();
  rename("Mine");
  savedByAda({ status: "paused" });
  await save();
  await screen.findByText("Saved");
  expect([stored.name, stored.status]).toEqual(["Mine", "paused"]);
  savedByAda({ name: "Theirs", updatedAt: "2026-11-27T03:30:00.000004Z" });
  await press("Undo");
  rename("Mine");
  await save();
  await waitFor(() => expect(nameField().value).toBe("Theirs"));
  expect(sent.at(-1)!.name).toBeUndefined();
});

test("a run without the data that nodes name is warned of before it begins, and may begin all the same", async () => {
  stored = { ...stored, definition: { ...DEFINITION, nodes: [{ ...DEFINITION.nodes[0], id: "ask", type: "prompt", label: "Ask", config: { promptTemplate: "Hello {{trigger.name}}" } }] } as never };
  await open();
  await press("Run");
  const dialog = await screen.findByRole("dialog", { name: "Run with data" });
  expect(dialog.textContent).toContain("a field that a run has to be started with: name.");
  expect(JSON.parse(screen.getByLabelText<HTMLTextAreaElement>("Data").value)).toEqual({ name: "" });
  expect(sent).toEqual([]);
  fireEvent.change(screen.getByLabelText("Data"), { target: { value: '{"name": "Ada"}' } });
  await userEvent.click(within(dialog).getByRole("button", { name: "Run" }));
  await waitFor(() => expect(sent).toMatchObject([{ method: "POST", triggerData: { name: "Ada" } }]));
});

async function choose(name: RegExp) {
  screen.getByRole("button", { name: /^Status:/ }).focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(await screen.findByRole("menuitemradio", { name }));
}

test("what is active is archived by whoever confirms that nothing triggers it any more, is not run then, and is brought back", async () => {
  await open();
  await choose(/^Archived/);
  const dialog = await screen.findByRole("dialog", { name: "Archive Triage?" });
  expect(dialog.textContent).toContain("It is not triggered any more");
  expect(sent).toEqual([]);
  await press("Keep it active");
  await choose(/^Archived/);
  await press("Archive it");
  await waitFor(() => expect(stored.status).toBe("archived"));
  await screen.findByRole("button", { name: "Status: Archived. Change" });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.getByTestId<HTMLButtonElement>("run-workflow-btn").disabled).toBe(true);
  await choose(/^Paused/);
  await screen.findByRole("button", { name: "Status: Paused. Change" });
  // Nothing triggers it as it is.
  await choose(/^Archived/);
  await waitFor(() => expect(stored.status).toBe("archived"));
  expect(sent.map(({ method }) => method)).toEqual(["PUT", "PUT", "PUT"]);
});

test("a status that another has set meanwhile is replaced by whoever says so, and by nobody else", async () => {
  await open();
  savedByAda({ status: "paused" });
  await choose(/^Draft/);
  const dialog = await screen.findByRole("dialog", { name: "It was changed meanwhile" });
  expect(dialog.textContent).toContain("it is paused now");
  expect(stored.status).toBe("paused");
  await press("Make it a draft");
  await waitFor(() => expect(stored.status).toBe("draft"));
  expect(sent.map((one) => one.baseUpdatedAt)).toEqual(["2026-11-27T03:00:00.000001Z", "2026-11-27T03:10:00.000002Z"]);
});

test("what was not saved is offered when the workflow is opened again, restored against what it was made from", async () => {
  await open();
  rename("Not saved");
  await waitFor(() => expect(newestDraftAt(PLACE)).not.toBeNull());
  cleanup();
  savedByAda({ version: 2, definition: LATER as never });
  await open();
  const dialog = await screen.findByRole("dialog", { name: "You have unsaved changes" });
  expect(dialog.textContent).toContain("They were made from version 1; version 2 was saved since.");
  await press("Restore");
  expect(nameField().value).toBe("Not saved");
  await save();
  await screen.findByRole("dialog", { name: "Version 2 was saved meanwhile" });
  await press("Save mine as version 3");
  await screen.findByText("Saved");
  await waitFor(() => expect(newestDraftAt(PLACE)).toBeNull());
});

test("what is discarded is gone, and so is what was left behind knowingly, or is as it was", async () => {
  await open();
  rename("Not saved");
  await waitFor(() => expect(newestDraftAt(PLACE)).not.toBeNull());
  cleanup();
  await open();
  await press("Discard");
  expect([nameField().value, newestDraftAt(PLACE)]).toEqual(["Triage", null]);
  rename("Again");
  await waitFor(() => expect(newestDraftAt(PLACE)).not.toBeNull());
  await press("Undo");
  await waitFor(() => expect(newestDraftAt(PLACE)).toBeNull());
  rename("Once more");
  await waitFor(() => expect(newestDraftAt(PLACE)).not.toBeNull());
  await userEvent.click(screen.getByText("elsewhere"));
  await userEvent.click(await screen.findByRole("button", { name: "Leave" }));
  await screen.findByText("there");
  expect(newestDraftAt(PLACE)).toBeNull();
});

test("by the keyboard, Enter leads from the canvas to a form, and Escape back", async () => {
  await open();
  const node = (await screen.findByTestId("canvas")).querySelector<HTMLElement>('[data-id="wait"]')!;
  node.focus();
  await userEvent.keyboard("{Enter}");
  const form = screen.getByRole("heading", { name: "Delay" });
  expect(document.activeElement).toBe(form);
  await userEvent.click(screen.getByRole("textbox", { name: "Label" }));
  await userEvent.keyboard("{Escape}");
  expect(document.activeElement).toBe(node);
});

test("Escape on a node of the canvas chooses it no more, and leaves the focus there", async () => {
  await open();
  const node = (await screen.findByTestId("canvas")).querySelector<HTMLElement>('[data-id="wait"]')!;
  node.focus();
  await userEvent.keyboard(" ");
  expect(screen.getByRole("heading", { name: "Delay" })).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  await screen.findByRole("heading", { name: "Workflow settings" });
  // The canvas takes the focus away with the next frame.
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  expect(document.activeElement).toBe(node);
});

test("what is deleted on the canvas is not chosen any more, leaves the focus on the canvas, and comes back in one step", async () => {
  stored = {
    ...stored,
    definition: { ...DEFINITION, nodes: [...DEFINITION.nodes, { ...DEFINITION.nodes[0], id: "then", label: "Then", position: { x: 300, y: 0 } }], edges: [{ id: "e1", source: "wait", target: "then" }] } as never,
  };
  await open();
  const canvas = await screen.findByTestId("canvas");
  canvas.querySelector<HTMLElement>('[data-id="wait"]')!.focus();
  await userEvent.keyboard("{Control>}a{/Control}");
  expect(screen.getByRole("button", { name: "Properties: 2 chosen" })).toBeTruthy();
  await userEvent.keyboard("{Delete}");
  await screen.findByRole("heading", { name: "Workflow settings" });
  await waitFor(() => expect(document.activeElement).toBe(canvas.querySelector(".react-flow")));
  expect(screen.getByRole("button", { name: "Properties: Settings" }).getAttribute("aria-expanded"), "nothing is opened over the canvas").toBe("false");
  expect(canvas.querySelectorAll("[data-id]")).toHaveLength(0);
  await press("Undo");
  await save();
  expect(sent.at(-1)!.definition).toMatchObject({ nodes: [{ id: "wait" }, { id: "then" }], edges: [{ id: "e1" }] });
});

test("whoever deletes one of several nodes is at the nearest one that is left, and its sheet is not opened", async () => {
  const at = (id: string, x: number) => ({ ...DEFINITION.nodes[0], id, label: id, position: { x, y: 0 } });
  stored = { ...stored, definition: { ...DEFINITION, nodes: [at("far", 900), at("middle", 300), at("near", 0)] } as never };
  await open();
  const canvas = await screen.findByTestId("canvas");
  const node = (id: string) => canvas.querySelector<HTMLElement>(`[data-id="${id}"]`)!;
  node("middle").focus();
  await userEvent.keyboard(" {Delete}");
  await waitFor(() => expect(node("middle")).toBeNull());
  expect(document.activeElement).toBe(node("near"));
  expect(screen.getByRole("button", { name: "Properties: Settings" }).getAttribute("aria-expanded")).toBe("false");
});

test("nodes that are moved by the arrow keys go back in one step, to where they were", async () => {
  await open();
  const node = (await screen.findByTestId("canvas")).querySelector<HTMLElement>('[data-id="wait"]')!;
  rename("Before it is moved");
  node.focus();
  await userEvent.keyboard(" {ArrowRight}{ArrowRight}");
  await press("Undo");
  expect(nameField().value).toBe("Before it is moved");
  await save();
  expect((sent.at(-1)!.definition!.nodes[0] as unknown as { position: object }).position).toEqual({ x: 0, y: 0 });
});

test("what is drawn of a workflow that someone has deleted meanwhile is saved as a new one", async () => {
  const router = await open();
  rename("Long work");
  isDeleted = true;
  await save();
  const dialog = await screen.findByRole("dialog", { name: "This workflow is not there any more" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Go on editing" }));
  expect(nameField().value).toBe("Long work");
  await save();
  await press("Save as a new workflow");
  await screen.findByText("another workflow");
  expect(router.state.location.pathname).toBe("/dashboard/workflows/wf_2");
  expect(sent.at(-1)).toMatchObject({ method: "POST", name: "Long work", teamId: "acme", definition: { nodes: [{ label: "Wait" }] } });
});

test("nodes that are copied in one workflow are pasted in another, under ids of their own, and no credential is kept in plain for that", async () => {
  await open();
  await userEvent.keyboard("{Control>}v{/Control}");
  expect(await screen.findByText("Nothing has been copied yet: choose nodes, and copy them first.")).toBeTruthy();
  const canvas = await screen.findByTestId("canvas");
  canvas.querySelector<HTMLElement>('[data-id="wait"]')!.focus();
  await userEvent.keyboard("{Control>}a{/Control}{Control>}c{/Control}");
  cleanup();
  forgetCopied();
  stored = { ...stored, definition: { ...DEFINITION, nodes: [{ ...DEFINITION.nodes[0], id: "delay", label: "Other", position: { x: 500, y: 900 } }] } as never };
  await open();
  await userEvent.keyboard("{Control>}v{/Control}");
  await save();
  expect(sent.at(-1)!.definition!.nodes).toMatchObject([{ id: "delay", label: "Other" }, { id: "delay_2", type: "delay", label: "Wait", config: { delayMs: 1000 } }]);
});
