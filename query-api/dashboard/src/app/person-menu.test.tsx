import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { draftAt, keepDraft, placeOf } from "@/shared/session/drafts";
import { sessionQuery, type User } from "@/shared/session/session";
import { PersonMenu } from "./top-bar";

afterEach(() => vi.unstubAllGlobals());

function open(name: string) {
  vi.stubGlobal("scrollTo", () => undefined);
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, { id: "ann", name, email: "ann@example.com", hasPassword: true, features: {}, teams: [] } as unknown as User);
  const router = createRouter({ routeTree: createRootRoute({ component: PersonMenu }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
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
