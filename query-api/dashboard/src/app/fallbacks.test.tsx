import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { NotFound, PageFailure } from "./fallbacks";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function Broken(): never {
  throw new Error("The page is broken");
}

function open(address: string) {
  vi.stubGlobal("scrollTo", () => undefined);
  document.title = "The page before";
  const root = createRootRoute({ notFoundComponent: NotFound });
  const broken = createRoute({ getParentRoute: () => root, path: "/broken", component: Broken, errorComponent: PageFailure });
  const router = createRouter({ routeTree: root.addChildren([broken]), history: createMemoryHistory({ initialEntries: [address] }) });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

test("an address without a page has a heading and a title of its own", async () => {
  open("/nowhere");
  expect(await screen.findByRole("heading", { level: 1, name: "There is no page at this address" })).toBeTruthy();
  await waitFor(() => expect(document.title).toBe("No such page · Prompt Manage"));
});

test("a page that could not be shown has a heading and a title of its own, and another try", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  open("/broken");
  expect(await screen.findByRole("heading", { level: 1, name: "This could not be loaded" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  await waitFor(() => expect(document.title).toBe("Not loaded · Prompt Manage"));
});
