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
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    kept.push(`${this.getAttribute("href")} as ${this.download}`);
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

test("a file in each format is asked for, and saved by the browser under its name", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  show();
  for (const label of ["CSV", "JSON", "Parquet"]) {
    await choose(label);
    await screen.findByText(`Your browser saves runs.${label.toLowerCase()}, and shows how far it is.`);
  }
  expect(asked).toEqual(["/file?format=csv&check=true", "/file?format=json&check=true", "/file?format=parquet&check=true"]);
  expect(kept).toEqual(["/file?format=csv as runs.csv", "/file?format=json as runs.json", "/file?format=parquet as runs.parquet"]);
});

test("what is refused leaves no file, and says what to do until another try goes well", async () => {
  const answers = [
    Response.json({ code: "rate_limited", detail: "4 exports are running, which is as many as may" }, { status: 429, headers: { "Retry-After": "10" } }),
    new Response(null, { status: 204 }),
  ];
  vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
  show();
  await choose("CSV");
  const refusal = "There is no file yet. 4 exports are running, which is as many as may. Try again in 10 seconds.";
  expect(await screen.findByText(refusal)).toBeTruthy();
  expect(kept).toEqual([]);
  await choose("CSV");
  await screen.findByText(/^Your browser saves runs\.csv/);
  expect(screen.queryByText(refusal)).toBeNull();
});

test("while a file is asked for, no other is", async () => {
  const fetch = vi.fn(() => new Promise(() => undefined));
  vi.stubGlobal("fetch", fetch);
  show();
  await choose("CSV");
  await screen.findByRole("button", { name: "Export: a file is being asked for" });
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
