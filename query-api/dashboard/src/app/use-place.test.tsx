import { createMemoryHistory, createRootRoute, createRoute, createRouter, Link, Outlet, RouterProvider } from "@tanstack/react-router";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef, useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FormDialog } from "@/shared/ui/form-dialog";
import { usePlace } from "./use-place";

beforeEach(() => void vi.stubGlobal("scrollTo", () => undefined));

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Until all that was to happen has. */
const LONG_MS = 10_000;

function Frame() {
  const content = useRef<HTMLElement>(null);
  usePlace(content);
  return (
    <>
      <Link to="/dashboard/usage">Always there</Link>
      <main ref={content} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

function Row({ isThere }: { isThere: boolean }) {
  const content = useRef<HTMLElement>(null);
  usePlace(content);
  return (
    <main ref={content} tabIndex={-1}>
      <section>
        <h2>Keys</h2>
        {isThere && <button>Delete</button>}
      </section>
    </main>
  );
}

function Asking() {
  const content = useRef<HTMLElement>(null);
  const [isOpen, setOpen] = useState(false);
  usePlace(content);
  return (
    <main ref={content} tabIndex={-1}>
      <button onClick={() => setOpen(true)}>Add</button>
      {isOpen && (
        <FormDialog title="A key" submit="Make it" busy={false} error={null} onSubmit={() => undefined} onClose={() => setOpen(false)}>
          <input aria-label="Name" />
        </FormDialog>
      )}
    </main>
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

test("a row that is deleted leaves the focus at the heading of what it stood in", async () => {
  vi.useFakeTimers();
  const { rerender } = render(<Row isThere />);
  screen.getByText("Delete").focus();
  rerender(<Row isThere={false} />);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(document.activeElement).toBe(screen.getByText("Keys"));
});

test("what goes after a click beside it takes nobody anywhere", async () => {
  vi.useFakeTimers();
  const { rerender } = render(<Row isThere />);
  screen.getByText("Delete").focus();
  fireEvent.pointerDown(document.body);
  rerender(<Row isThere={false} />);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(document.activeElement).toBe(document.body);
});

test("what a dialog gives back to its button stays there", async () => {
  vi.useFakeTimers();
  render(<Asking />);
  const button = screen.getByText("Add");
  button.focus();
  fireEvent.click(button);
  expect(document.activeElement).toBe(screen.getByLabelText("Name"));
  fireEvent.keyDown(document.activeElement!, { key: "Escape" });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(button);
});
