import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { usePageTitle } from "@/shared/ui/title";
import { PageChanges } from "./page-changes";

/** Until all that was to happen has. */
const LONG_MS = 10_000;

beforeEach(() => void vi.useFakeTimers());

afterEach(() => vi.useRealTimers());

function Shown({ title }: { title: string }) {
  usePageTitle(title);
  return <h1>{title}</h1>;
}

function Window({ title }: { title: string }) {
  return (
    <>
      <Shown title={title} />
      <PageChanges />
    </>
  );
}

const said = () => screen.getByTestId("page-change").textContent;

const wait = () =>
  act(() => {
    vi.advanceTimersByTime(LONG_MS);
  });

test("the page that is gone to is read out, and the first one, of which the browser tells, is not", () => {
  const { rerender } = render(<Window title="Usage" />);
  wait();
  expect(said()).toBe("");
  rerender(<Window title="Alerts" />);
  expect(document.title).toBe("Alerts · Prompt Manage");
  wait();
  expect(said()).toBe("Alerts");
  expect(screen.getByTestId("page-change").getAttribute("aria-live")).toBe("polite");
  rerender(<Window title="Usage" />);
  wait();
  expect(said()).toBe("Usage");
});

test("of a title that becomes more telling as the page loads, only that is read out", () => {
  const { rerender } = render(<Window title="Alerts" />);
  rerender(<Window title="Execution" />);
  rerender(<Window title="Execution of Ticket triage" />);
  expect(said()).toBe("");
  wait();
  expect(said()).toBe("Execution of Ticket triage");
});
