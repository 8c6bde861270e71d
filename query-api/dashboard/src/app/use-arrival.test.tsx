import { createMemoryHistory, createRootRoute, createRoute, createRouter, Link, Outlet, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useArrival } from "./use-arrival";

beforeEach(() => void vi.stubGlobal("scrollTo", () => undefined));

afterEach(() => vi.unstubAllGlobals());

function Frame() {
  const content = useRef<HTMLElement>(null);
  useArrival(content);
  return (
    <>
      <Link to="/dashboard/usage">Always there</Link>
      <main ref={content} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

function open() {
  const root = createRootRoute({ component: Frame });
  const one = createRoute({ getParentRoute: () => root, path: "/dashboard/alerts", component: () => <Link to="/dashboard/usage">On</Link> });
  const two = createRoute({ getParentRoute: () => root, path: "/dashboard/usage", component: () => <h1>Two</h1> });
  const router = createRouter({ routeTree: root.addChildren([one, two]), history: createMemoryHistory({ initialEntries: ["/dashboard/alerts"] }) });
  render(<RouterProvider router={router as never} />);
}

test("whoever follows a link that goes with its page begins at the next page", async () => {
  open();
  (await screen.findByRole("link", { name: "On" })).focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Two" });
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("main")));
});

test("a link that stays keeps the focus, and a page that is only opened takes none", async () => {
  open();
  await screen.findByRole("link", { name: "On" });
  expect(document.activeElement).toBe(document.body);
  const link = screen.getByRole("link", { name: "Always there" });
  link.focus();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Two" });
  expect(document.activeElement).toBe(link);
});
