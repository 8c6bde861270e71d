import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { draftAt, keepDraft, placeOf } from "@/shared/session/drafts";
import { sessionQuery, type User } from "@/shared/session/session";
import { LeaveDialog } from "@/shared/ui/leave-dialog";
import { PersonMenu } from "./top-bar";

afterEach(() => vi.unstubAllGlobals());

function open(name: string, unsaved = false) {
  vi.stubGlobal("scrollTo", () => undefined);
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, { id: "ann", name, email: "ann@example.com", hasPassword: true, features: {}, teams: [] } as unknown as User);
  const Page = () => (
    <>
      <PersonMenu />
      <LeaveDialog what="This workflow has" isDirty={unsaved} />
    </>
  );
  const router = createRouter({ routeTree: createRootRoute({ component: Page, notFoundComponent: Page }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return router;
}

test.each(["John viewer Smith", "Zoë 🚀 العربية", "Demo"])("the button of %s is called what it shows, and whose it is", async (name) => {
  open(name);
  const button = await screen.findByRole("button", { name: new RegExp(`signed in as ${name}$`) });
  expect(button.textContent).not.toBe("");
  expect(button.getAttribute("aria-label")!.startsWith(button.textContent)).toBe(true);
});

test("a password that is not changed after all leaves the focus at the menu's button", async () => {
  open("Ann Lind");
  const button = await screen.findByRole("button", { name: /signed in as/ });
  await userEvent.click(button);
  await userEvent.click(screen.getByRole("menuitem", { name: "Change the password" }));
  await waitFor(async () => expect(document.activeElement).toBe(await screen.findByLabelText("The password you have")));
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(document.activeElement).toBe(button));
});

test("whoever signs out leaves nothing behind that they have not saved; whoever could not, does", async () => {
  const place = placeOf("ann", "me", "workflow new");
  keepDraft(place, "mine");
  const answers = [Response.json({ detail: "Not now." }, { status: 503 }), Response.json({ success: true })];
  vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
  open("Ann Lind");
  const signOut = async () => {
    await userEvent.click(await screen.findByRole("button", { name: /signed in as/ }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
  };
  await signOut();
  await waitFor(() => expect(answers).toHaveLength(1));
  expect(draftAt(place)).not.toBeNull();
  await signOut();
  await waitFor(() => expect(draftAt(place)).toBeNull());
});

test("whoever signs out is asked before the session ends whether what is not saved may be lost, and only then", async () => {
  const place = placeOf("ann", "me", "workflow new");
  keepDraft(place, "mine");
  const asked = vi.fn(() => Promise.resolve(Response.json({ success: true })));
  vi.stubGlobal("fetch", asked);
  const router = open("Ann Lind", true);
  const signOut = async () => {
    await userEvent.click(await screen.findByRole("button", { name: /signed in as/ }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
    return screen.findByRole("dialog", { name: "Sign out without saving?" });
  };
  const first = await signOut();
  expect(first.textContent).toContain("This workflow has changes that are not saved");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Stay" })));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked).not.toHaveBeenCalled();
  expect(draftAt(place)).not.toBeNull();
  await signOut();
  await userEvent.click(screen.getByRole("button", { name: "Sign out" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/sign-in"));
  expect(asked).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(draftAt(place)).toBeNull();
});
