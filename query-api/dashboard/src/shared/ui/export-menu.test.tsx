import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProblemError } from "@/shared/api/client";
import type { Format } from "@/shared/api/files";
import { ExportMenu, whyNot } from "./export-menu";
import { Toasts } from "./toast";

const kept: string[] = [];

beforeEach(() => {
  kept.length = 0;
  Object.assign(URL, { createObjectURL: () => "blob:file", revokeObjectURL: () => undefined });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    kept.push(this.download);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function show(formats: readonly Format[] = ["csv", "json", "parquet"]) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ExportMenu what="Every run" formats={formats} fileIn={(format) => ({ url: `/file?format=${format}`, name: `runs.${format}` })} />
      <Toasts />
    </QueryClientProvider>,
  );
}

async function choose(label: string) {
  await userEvent.click(screen.getByRole("button", { name: /^Export/ }));
  await userEvent.click(screen.getByRole("menuitem", { name: label }));
}

test("a file in each format is fetched and kept by its name", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response("a"));
  });
  show();
  for (const label of ["CSV", "JSON", "Parquet"]) {
    await choose(label);
    await screen.findByText(`runs.${label.toLowerCase()} is downloaded.`);
  }
  expect(asked).toEqual(["/file?format=csv", "/file?format=json", "/file?format=parquet"]);
  expect(kept).toEqual(["runs.csv", "runs.json", "runs.parquet"]);
});

test("what is refused leaves no file, and says what to do until another try goes well", async () => {
  const answers = [
    Response.json({ code: "rate_limited", detail: "4 exports are running, which is as many as may" }, { status: 429, headers: { "Retry-After": "10" } }),
    new Response("a"),
  ];
  vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
  show();
  await choose("CSV");
  const refusal = "There is no file yet. 4 exports are running, which is as many as may. Try again in 10 seconds.";
  expect(await screen.findByText(refusal)).toBeTruthy();
  expect(kept).toEqual([]);
  await choose("CSV");
  await screen.findByText("runs.csv is downloaded.");
  expect(screen.queryByText(refusal)).toBeNull();
});

test("while a file is made no other is asked for", async () => {
  const fetch = vi.fn(() => new Promise(() => undefined));
  vi.stubGlobal("fetch", fetch);
  show();
  await choose("CSV");
  await screen.findByRole("button", { name: "Export: a file is being made" });
  await choose("JSON");
  expect(fetch).toHaveBeenCalledOnce();
});

test.each([
  [new ProblemError(403, { code: "tier_limit", detail: "The tier 'free' does not include exports" }), /does not include exports\. Ask .* for another tier\.$/],
  [new ProblemError(403, { code: "tier_limit", detail: "Too old", limit: { name: "historyDays", max: 7 } }), /Too old\. Choose a range that begins later\.$/],
  [new ProblemError(403, { code: "forbidden", detail: "You may not export it." }), /You may not export it\. Ask an owner/],
  [new ProblemError(503, { detail: "The database does not answer" }, 1000), /does not answer\. Try again in a second\.$/],
  [new TypeError("Failed to fetch"), /cannot be reached\. Check the connection/],
])("of %s it is said what to do", (failure, said) => expect(whyNot(failure)).toMatch(said));
