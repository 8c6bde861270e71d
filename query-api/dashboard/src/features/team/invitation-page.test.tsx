import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { InvitationPage } from "./invitation-page";

afterEach(() => vi.unstubAllGlobals());

test("an invitation is told as closed only if the server says so; what could not be loaded is asked for again", async () => {
  const answers = [
    Response.json({ detail: "The ledger is being moved" }, { status: 503 }),
    Response.json({ detail: "There is no such invitation" }, { status: 404 }),
  ];
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", ({ url }: Request) =>
    Promise.resolve(new URL(url).pathname === "/api/invitations/abc" ? answers.shift() : Response.json({ detail: "Sign in." }, { status: 401 })),
  );
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/invite/$token", component: InvitationPage });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: ["/invite/abc"] }) });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  expect((await screen.findByRole("alert")).textContent).toContain("The ledger is being moved");
  expect(screen.queryByText("This invitation is not open")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("This invitation is not open")).toBeTruthy();
  expect(screen.getByText(/There is no such invitation\. Ask whoever invited you/)).toBeTruthy();
});
