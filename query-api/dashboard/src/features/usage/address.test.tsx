import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { acme, openPage } from "@/test/page-stand";
import { readUsageSearch } from "./search";
import { UsagePage } from "./usage-page";

afterEach(() => vi.unstubAllGlobals());

/** The page at an address, in a tier that shows so many days, and where its address leads. */
function open(address: string, historyDays: number | null = null) {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  vi.stubGlobal(
    "EventSource",
    class extends EventTarget {
      close() {}
    },
  );
  const features = { historyDays };
  return openPage(address, [{ path: "/dashboard/usage", validateSearch: readUsageSearch, component: UsagePage }], {
    features,
    teams: [acme({ features })],
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  }).history;
}

test("a range that there is not is replaced in the address by the one that is shown", async () => {
  const history = open("/dashboard/usage?team=acme&zone=UTC&range=decade&from=2026-11-31", 7);
  await screen.findByRole("heading", { name: "Usage" });
  await waitFor(() => expect(history.location.search).toBe("?team=acme&zone=UTC&range=7d"));
  expect(history.length).toBe(1);
});

test("an address that names no range stays as it is", async () => {
  const history = open("/dashboard/usage?team=acme&zone=UTC");
  await screen.findByRole("heading", { name: "Usage" });
  expect(history.location.search).toBe("?team=acme&zone=UTC");
});
