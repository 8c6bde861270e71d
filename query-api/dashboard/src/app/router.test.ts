import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { createAppRouter } from "./router";

const ANN = { id: "ann", name: "Ann", email: "ann@example.com", features: {}, tier: "free", teams: [] } as unknown as User;

beforeEach(() => void vi.stubGlobal("scrollTo", () => undefined));

afterEach(() => vi.unstubAllGlobals());

async function open(address: string) {
  window.history.replaceState(null, "", address);
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, ANN);
  const router = createAppRouter(client);
  await router.load();
  return router;
}

test.each([
  ["/dashboard", "/dashboard/usage"],
  ["/dashboard/", "/dashboard/usage"],
  ["/dashboard?team=acme&zone=UTC", "/dashboard/usage?team=acme&zone=UTC"],
  ["/dashboard/?team=acme", "/dashboard/usage?team=acme"],
  ["/settings", "/settings/budget"],
  ["/settings/?team=acme", "/settings/budget?team=acme"],
])("%s leads to %s", async (address, page) => {
  const router = await open(address);
  expect(router.state.location.href).toBe(page);
});

test("so they do within the application", async () => {
  const router = await open("/sign-in?then=/welcome");
  await router.navigate({ to: "/settings", search: { team: "acme" } });
  expect(router.state.location.href).toBe("/settings/budget?team=acme");
});
