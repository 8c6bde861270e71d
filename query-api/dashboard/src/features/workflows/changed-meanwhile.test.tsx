import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Toasts } from "@/shared/ui/toast";
import { AboutDialog } from "./about-dialog";
import type { Workflow } from "./api";
import { TriggersDialog } from "./triggers-dialog";

const THEN = "2026-11-27T03:00:00.000001Z";
const NOW = "2026-11-27T03:10:00.000002Z";

const WORKFLOW = { id: "wf_1", name: "Triage", description: "Sorts tickets", version: 1, tags: [], category: null, updatedAt: THEN } as unknown as Workflow;

const CONFLICT = { code: "conflict", detail: "It was changed meanwhile: read the workflow again and repeat the change", current: { version: 1, name: "Triage", updatedAt: NOW } };

afterEach(() => vi.unstubAllGlobals());

/** A server whose workflow was changed after it was read here; what it was sent. */
function server(stored: Partial<Workflow>) {
  const sent: Record<string, unknown>[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "GET") {
      return Response.json({ success: true, workflow: { ...WORKFLOW, ...stored, updatedAt: NOW } });
    }
    const body = (await request.json()) as Record<string, unknown>;
    sent.push(body);
    return body.baseUpdatedAt === NOW ? Response.json({ success: true, workflow: { ...WORKFLOW, ...stored, ...body } }) : Response.json(CONFLICT, { status: 409 });
  });
  return sent;
}

async function describe(text: string, onClose: () => void) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AboutDialog workflow={WORKFLOW} onClose={onClose} />
      <Toasts />
    </QueryClientProvider>,
  );
  const description = screen.getByRole("textbox", { name: "Description" });
  await userEvent.clear(description);
  await userEvent.type(description, text);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
}

test("a description that another has written meanwhile is overwritten by whoever says so, and by nobody else", async () => {
  const sent = server({ description: "Theirs" });
  const onClose = vi.fn();
  await describe("Mine", onClose);
  expect((await screen.findByRole("alert")).textContent).toContain("Someone else has changed this");
  expect(sent.map((body) => [body.description, body.baseUpdatedAt])).toEqual([["Mine", THEN]]);
  expect(onClose).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Save anyway" }));
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(sent.at(-1)).toMatchObject({ description: "Mine", baseUpdatedAt: NOW });
});

test("where only something else of it is newer, nobody is asked", async () => {
  const sent = server({ version: 2, name: "Renamed" });
  const onClose = vi.fn();
  await describe("Mine", onClose);
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(sent.map((body) => body.baseUpdatedAt)).toEqual([THEN, NOW]);
});

test("whether it runs again and again is not put over what another has set of that meanwhile", async () => {
  const sent = server({ executionMode: "scheduled" });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TriggersDialog workflow={{ ...WORKFLOW, status: "active", executionMode: "manual" }} readOnly={false} onClose={() => undefined} />
      <Toasts />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("tab", { name: "Again and again" }));
  await userEvent.click(screen.getByRole("checkbox"));
  expect(await screen.findByText(/^Someone else has changed this/)).toBeTruthy();
  expect(sent).toEqual([{ executionMode: "continuous", baseUpdatedAt: THEN }]);
  await userEvent.click(screen.getByRole("button", { name: "Save anyway" }));
  await waitFor(() => expect(sent.at(-1)).toEqual({ executionMode: "continuous", baseUpdatedAt: NOW }));
});
