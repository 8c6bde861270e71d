import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { createAppRouter } from "./router";

const ANN = { id: "ann", name: "Ann", email: "ann@example.com", features: {}, tier: "free", teams: [] } as unknown as User;

let asked: URL[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(new URL(request.url));
    return new Promise(() => undefined);
  });
});

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

test("what the usage page shows is asked for, once each, before there is a page", async () => {
  await open("/dashboard/usage?zone=UTC&range=7d&by=provider");
  expect(asked.map(({ pathname }) => pathname).sort()).toEqual([
    "/api/token-tracking/budgets",
    "/api/token-tracking/stats",
    "/api/token-tracking/stats",
    "/api/token-tracking/suggestions",
    "/api/token-tracking/usage",
  ]);
  expect(asked.every(({ searchParams }) => searchParams.get("userId") === "ann")).toBe(true);
  expect(asked.map(({ searchParams }) => searchParams.get("groupBy")).filter((by) => by !== null)).toEqual(["provider", "day"]);
});

test.each(["/dashboard/usage?team=acme", "/dashboard/alerts"])("nothing of it is asked for at %s", async (address) => {
  await open(address);
  expect(asked).toEqual([]);
});
