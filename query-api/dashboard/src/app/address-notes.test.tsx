import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { browserZone } from "@/shared/format/time";
import type { Account } from "@/shared/session/account";
import type { User } from "@/shared/session/session";
import { UnknownTeam, UnknownZone } from "./address-notes";
import { isOfOwnTeam } from "./addressed";

vi.stubGlobal("scrollTo", () => undefined);

function open(address: string, component: () => React.ReactNode) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/", component });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: [address] }) });
  render(<RouterProvider router={router as never} />);
  return router;
}

test("an address of another team is told from one's own, which the team-less is too", () => {
  const user = { id: "usr_1", teams: [{ id: "team_1", role: "viewer", features: {} }], features: {} } as unknown as User;
  expect(isOfOwnTeam(user, "team_1")).toBe(true);
  expect(isOfOwnTeam(user, "me")).toBe(true);
  expect(isOfOwnTeam(user, undefined)).toBe(true);
  expect(isOfOwnTeam(user, "team_2")).toBe(false);
});

test("where the team is not one's own, the page says so and leads to one that is", async () => {
  const router = open("/?team=team_2&only=x", () => <UnknownTeam account={{ key: "team_1", name: "Acme" } as Account} />);
  await userEvent.click(await screen.findByRole("button", { name: "Go to Acme" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ team: "team_1" }));
});

test("a zone that there is not says so, and which one holds instead", async () => {
  const router = open("/?zone=Mars/Base", () => <UnknownZone zone="Mars/Base" />);
  expect((await screen.findByRole("status")).textContent).toContain("Mars/Base");
  await userEvent.click(screen.getByRole("button", { name: "Keep that" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ zone: browserZone() }));
});
