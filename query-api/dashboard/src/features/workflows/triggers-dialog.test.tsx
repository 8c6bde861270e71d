import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { Workflow } from "./api";
import { TriggersDialog } from "./triggers-dialog";

const WORKFLOW = { id: "wf_1", name: "Ticket triage", status: "active", executionMode: "manual" } as unknown as Workflow;

afterEach(() => vi.unstubAllGlobals());

test("whether it runs again and again keeps the focus while it is saved, and is not sent twice", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", ({ method }: Request) => {
    asked.push(method);
    return new Promise(() => undefined);
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TriggersDialog workflow={WORKFLOW} readOnly={false} onClose={() => undefined} />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("tab", { name: "Again and again" }));
  const box = screen.getByRole<HTMLInputElement>("checkbox");
  await userEvent.click(box);
  await waitFor(() => expect(box.getAttribute("aria-disabled")).toBe("true"));
  expect(box.disabled).toBe(false);
  expect(document.activeElement).toBe(box);
  await userEvent.keyboard(" ");
  expect(asked.filter((method) => method === "PUT")).toHaveLength(1);
});

test("a secret that was made is still there after another tab, and is not lost by Escape before it is copied", async () => {
  vi.stubGlobal("fetch", ({ url }: Request) => (url.endsWith("/hook-secret") ? Promise.resolve(Response.json({ secret: "whs_1" })) : new Promise(() => undefined)));
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TriggersDialog workflow={WORKFLOW} readOnly={false} onClose={onClose} />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole("tab", { name: "Webhook" }));
  await userEvent.click(screen.getByRole("button", { name: "Make a secret" }));
  expect((await screen.findByTestId("hook-secret")).textContent).toBe("whs_1");
  await userEvent.click(screen.getByRole("tab", { name: "Events" }));
  await userEvent.click(screen.getByRole("tab", { name: "Webhook" }));
  expect(screen.getByTestId("hook-secret").textContent).toBe("whs_1");
  await userEvent.keyboard("{Escape}");
  expect(onClose).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Close all the same" }));
  expect(onClose).toHaveBeenCalledOnce();
});
