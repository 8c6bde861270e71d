import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { InvitationPage } from "./invitation-page";

afterEach(() => vi.unstubAllGlobals());

/** The page of an invitation; what it asks is answered by whatever the test has put in the place of fetch. */
function open() {
  vi.stubGlobal("scrollTo", () => undefined);
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/invite/$token", component: InvitationPage });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: ["/invite/abc"] }) });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

test("an invitation is told as closed only if the server says so; what could not be loaded is asked for again", async () => {
  const answers = [
    Response.json({ detail: "The ledger is being moved" }, { status: 503 }),
    Response.json({ detail: "There is no such invitation" }, { status: 404 }),
  ];
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(new URL(url).pathname === "/api/invitations/abc" ? answers.shift() : Response.json({ detail: "Sign in." }, { status: 401 })),
  );
  open();
  expect((await screen.findByRole("alert")).textContent).toContain("The ledger is being moved");
  expect(screen.queryByText("This invitation is not open")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("This invitation is not open")).toBeTruthy();
  expect(screen.getByText(/There is no such invitation\. Ask whoever invited you/)).toBeTruthy();
});

test("whoever declines keeps the focus at the button while it is sent, and can not join meanwhile", async () => {
  const invitation = { teamName: "Acme", invitedByName: "Mara", email: "ann@example.com", role: "editor", expiresAt: "2026-12-24T10:00:00Z" };
  const sent: string[] = [];
  vi.stubGlobal("fetch", ({ method, url }: Request) => {
    const { pathname } = new URL(url);
    if (method === "POST") {
      sent.push(pathname);
      return new Promise(() => undefined);
    }
    return Promise.resolve(pathname === "/api/invitations/abc" ? Response.json(invitation) : Response.json({ user: { id: "ann", name: "Ann", email: "ann@example.com", features: {}, teams: [] } }));
  });
  open();
  const decline = await screen.findByRole<HTMLButtonElement>("button", { name: "Decline" });
  await userEvent.click(decline);
  await waitFor(() => expect(decline.getAttribute("aria-busy")).toBe("true"));
  expect(document.activeElement).toBe(decline);
  expect(decline.disabled).toBe(false);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Join as ann@example.com" }).disabled).toBe(true);
  await userEvent.click(decline);
  expect(sent).toEqual(["/api/invitations/abc/reject"]);
});

test("whoever is signed in as someone else is told before they answer, and led to where they can be the one who is invited", async () => {
  const invitation = { teamName: "Acme", invitedByName: "Mara", email: "ann@example.com", role: "editor", expiresAt: "2026-12-24T10:00:00Z" };
  vi.stubGlobal("fetch", ({ url }: Request) => {
    const { pathname } = new URL(url);
    return Promise.resolve(Response.json(pathname === "/api/invitations/abc" ? invitation : { user: { id: "bob", name: "Bob", email: "bob@example.com", features: {}, teams: [] } }));
  });
  open();
  const link = await screen.findByRole("link", { name: "Sign in as ann@example.com" });
  expect(new URL(link.getAttribute("href")!, "http://x").searchParams.get("email")).toBe("ann@example.com");
  expect(screen.getByText(/You are signed in as bob@example.com/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^(Join|Decline)/ })).toBeNull();
});

test("an invitation that was answered says what to do once, and leads on", async () => {
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(
      new URL(url).pathname === "/api/invitations/abc"
        ? Response.json({ detail: "This invitation is accepted: ask who invited you for another" }, { status: 409 })
        : Response.json({ detail: "Sign in." }, { status: 401 }),
    ),
  );
  open();
  expect((await screen.findByText(/^This invitation is accepted/)).textContent).toBe("This invitation is accepted: ask who invited you for another.");
  expect(screen.getByRole("link", { name: "Sign in" })).toBeTruthy();
});
