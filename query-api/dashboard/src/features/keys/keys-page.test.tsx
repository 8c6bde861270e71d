import { screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { KeysPage } from "./keys-page";

afterEach(() => vi.unstubAllGlobals());

const key = (name: string, more: object) => ({ id: name, name, prefix: "pm_abc", scopes: ["ingest"], maySpeakForOthers: false, createdAt: "2026-01-01T00:00:00Z", ...more });

function open(...keys: object[]) {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  openPage("/", [{ path: "/", component: KeysPage }], { teams: [], queries: { staleTime: Infinity }, known: [[["keys", "me"], keys]] });
}

test("what a key may is said as it was chosen, and which are over", async () => {
  open(key("Old", { scopes: ["ingest", "query"], maySpeakForOthers: true, expiresAt: "2026-01-02T00:00:00Z" }), key("New", { expiresAt: "2999-01-01T00:00:00Z" }), key("For good", {}));
  const [old, fresh, lasting] = await screen.findAllByTestId("api-key");
  expect(within(old!).getByText("Send usage")).toBeTruthy();
  expect(within(old!).getByText("See usage")).toBeTruthy();
  expect(within(old!).getByText("Expired")).toBeTruthy();
  // Where there are no columns for it.
  expect(within(old!).getByText("Send usage, See usage, Speaks for others · never used")).toBeTruthy();
  expect(within(fresh!).queryByText("Expired")).toBeNull();
  expect(within(lasting!).queryByText("Expired")).toBeNull();
});
