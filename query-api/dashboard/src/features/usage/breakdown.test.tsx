import { act, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { accountsOf } from "@/shared/session/account";
import { useUser } from "@/shared/session/session";
import { openPage } from "@/test/page-stand";
import type { Stats } from "./api";
import { Breakdown } from "./breakdown";
import { readOnly, type UsageSearch } from "./search";

const row = (category: string) => ({ category, tokens: 1, cost: "1.00", costNanoUsd: 1_000_000_000, runs: 1, percentage: 100, unpricedRuns: 0 });
const of = (category: string) => ({ breakdown: [row(category)] }) as unknown as Stats;

interface View {
  search: UsageSearch;
  stats: Stats;
  isBefore: boolean;
}

test("while days are asked for, the models that are still shown are told as models, and are not taken for days", async () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  let look: (view: View) => void = () => undefined;
  function Page() {
    const [view, setView] = useState<View>({ search: { by: "model" }, stats: of("gpt-4o"), isBefore: false });
    look = setView;
    return <Breakdown account={accountsOf(useUser())[0]!} {...view} error={null} retry={() => undefined} onChange={() => undefined} />;
  }
  openPage("/", [{ path: "/", component: Page }]);
  expect(await screen.findByRole("button", { name: "gpt-4o" })).toBeTruthy();

  act(() => look({ search: { by: "day" }, stats: of("gpt-4o"), isBefore: true }));
  expect(screen.getByRole("button", { name: "gpt-4o" })).toBeTruthy();
  expect(screen.getByRole("columnheader", { name: "Model" })).toBeTruthy();
  expect(screen.getByRole("button", { name: "By day" })).toBeTruthy();

  act(() => look({ search: { by: "day" }, stats: of("2026-11-26"), isBefore: false }));
  expect(screen.getByRole("button", { name: /Nov 26/ })).toBeTruthy();
  expect(screen.getByRole("columnheader", { name: "Day" })).toBeTruthy();
  vi.unstubAllGlobals();
});

test("an address that narrows the page down to a day that there is not is not narrowed down", () => {
  expect(readOnly("day:2026-99-99")).toEqual([]);
  expect(readOnly("day:2026-02-30")).toEqual([]);
  expect(readOnly("day:gpt-4o~model:gpt-4o")).toEqual([{ dimension: "model", value: "gpt-4o" }]);
});
