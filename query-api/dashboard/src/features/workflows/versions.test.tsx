import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { VersionsDialog } from "./versions-dialog";

const SAVED = { author: "ann", note: "", createdAt: "2026-11-27T03:00:00Z" };

/** What was asked of the server beside the list of versions. */
let asked: string[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", ({ method, url }: Request) => {
    const { pathname, search } = new URL(url);
    if (pathname.endsWith("/versions")) {
      return Promise.resolve(Response.json({ versions: [2, 1].map((version) => ({ ...SAVED, version, current: version === 2 })), nextCursor: null }));
    }
    asked.push(`${method} ${pathname}${search}`);
    return method === "POST" ? Promise.resolve(Response.json({ success: true, workflow: { id: "wf_1", version: 3 } })) : new Promise(() => undefined);
  });
});

afterEach(() => vi.unstubAllGlobals());

async function openFirst(isDirty: boolean) {
  const onRestored = vi.fn();
  const component = () => <VersionsDialog id="wf_1" zone="UTC" readOnly={false} isDirty={isDirty} base={2} onRestored={onRestored} onClose={() => undefined} />;
  openPage("/", [{ path: "/", component }], { teams: [] });
  await userEvent.click(await screen.findByRole("button", { name: /^Version 1/ }));
  return onRestored;
}

test("the first version is compared with the one after it", async () => {
  await openFirst(false);
  expect(screen.getByLabelText<HTMLSelectElement>("Compared with").value).toBe("2");
  await waitFor(() => expect(asked).toContain("GET /api/workflows/wf_1/versions/1/diff?from=2"));
});

test("a version is brought back over changes that are not saved only by whoever was told of that", async () => {
  const onRestored = await openFirst(true);
  const posted = () => asked.filter((one) => one.startsWith("POST"));
  await userEvent.click(screen.getByRole("button", { name: "Restore version 1" }));
  expect(screen.getByText(/^What you changed is not saved/)).toBeTruthy();
  expect(posted()).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Restore all the same" }));
  await waitFor(() => expect(onRestored).toHaveBeenCalledOnce());
  expect(posted()).toEqual(["POST /api/workflows/wf_1/versions/1/restore?baseVersion=2"]);
});

test("where nothing is unsaved, it is brought back without a question", async () => {
  const onRestored = await openFirst(false);
  await userEvent.click(screen.getByRole("button", { name: "Restore version 1" }));
  await waitFor(() => expect(onRestored).toHaveBeenCalledOnce());
});

test("what another has saved meanwhile is not left unseen, and stays among the versions", async () => {
  const onRestored = await openFirst(false);
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (request: Request) =>
    request.method === "POST" && request.url.endsWith("baseVersion=2")
      ? Promise.resolve(Response.json({ code: "conflict", detail: "It was changed meanwhile", current: { version: 3, name: "x", updatedAt: "2026-11-27T03:10:00Z", savedBy: "ann" } }, { status: 409 }))
      : fetch(request),
  );
  await userEvent.click(screen.getByRole("button", { name: "Restore version 1" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/^Version 3 was saved meanwhile, by you. Nothing was restored/);
  expect(onRestored).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Restore all the same" }));
  await waitFor(() => expect(onRestored).toHaveBeenCalledOnce());
  expect(asked.at(-1)).toBe("POST /api/workflows/wf_1/versions/1/restore?baseVersion=3");
});
