import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { AlertsPage } from "./alerts-page";
import { readAlertSearch } from "./search";

afterEach(() => vi.unstubAllGlobals());

/** The page of what is not seen to, which is asked for anew after each that was. */
function open(...ids: string[]) {
  let left = ids;
  vi.stubGlobal("fetch", ({ method, url }: Request) => {
    if (method === "POST") {
      left = left.filter((id) => !url.includes(`/${id}/`));
      return Promise.resolve(Response.json({}));
    }
    const alerts = left.map((id) => ({ id, severity: "warning", title: id, message: "90% of the limit is used.", occurredAt: "2026-11-25T10:00:00Z", acknowledged: false }));
    return Promise.resolve(Response.json({ alerts, unread: left.length, nextCursor: null }));
  });
  openPage("/dashboard/alerts?team=acme&seen=no", [{ path: "/dashboard/alerts", validateSearch: readAlertSearch, component: AlertsPage }]);
}

const button = (id: string) => screen.findByRole("button", { name: `Acknowledge: ${id}` });
const isGone = (id: string) => waitFor(() => expect(screen.queryByRole("button", { name: `Acknowledge: ${id}` })).toBeNull());

test("where the row goes with its button, the focus goes to the next row's, from the last to the one before, and at last to the heading", async () => {
  open("first", "second", "third");
  (await button("second")).focus();
  await userEvent.keyboard("{Enter}");
  await isGone("second");
  await waitFor(async () => expect(document.activeElement).toBe(await button("third")));
  await userEvent.keyboard("{Enter}");
  await isGone("third");
  await waitFor(async () => expect(document.activeElement).toBe(await button("first")));
  await userEvent.keyboard("{Enter}");
  await isGone("first");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Alerts" })));
});

test("after all of them were acknowledged together, the focus is at the heading", async () => {
  open("first", "second");
  await button("first");
  screen.getByRole("button", { name: "Acknowledge these" }).focus();
  await userEvent.keyboard("{Enter}");
  await isGone("first");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Alerts" })));
});
