import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, renderHook, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { permissionsQuery, useShare, type Level, type Share } from "./api-automation";
import { ShareDialog } from "./share-dialog";

afterEach(() => vi.unstubAllGlobals());

test("of two changes right after another, the second does not take back the first", async () => {
  const sent: Share[][] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = (await request.json()) as { permissions: Share[] };
    sent.push(body.permissions);
    return Response.json(body);
  });
  const client = new QueryClient();
  client.setQueryData(permissionsQuery("wf_1").queryKey, [
    { userId: "ann", permissionLevel: "viewer" },
    { userId: "bob", permissionLevel: "viewer" },
  ]);
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useShare("wf_1"), { wrapper });
  const make = (userId: string, permissionLevel: Level) => result.current.mutateAsync((granted) => granted.map((one) => (one.userId === userId ? { userId, permissionLevel } : one)));
  await act(() => Promise.all([make("ann", "editor"), make("bob", "admin")]));
  expect(sent).toEqual([
    [
      { userId: "ann", permissionLevel: "editor" },
      { userId: "bob", permissionLevel: "viewer" },
    ],
    [
      { userId: "ann", permissionLevel: "editor" },
      { userId: "bob", permissionLevel: "admin" },
    ],
  ]);
});

test("whoever has put in a person does not lose them by a click beside the dialog, which closes it before that and once it is shared; by keyboard, the next is put in where the first was", async () => {
  vi.stubGlobal("fetch", async (request: Request) => Response.json(await request.json()));
  const onClose = vi.fn();
  const component = () => (
    <>
      <p>beside</p>
      <ShareDialog id="wf_1" isTeam={false} mayChange onClose={onClose} />
    </>
  );
  openPage("/", [{ path: "/", component }], { teams: [], queries: { staleTime: Infinity }, known: [[permissionsQuery("wf_1").queryKey, []]] });
  const field = await screen.findByLabelText<HTMLInputElement>("With");
  const clickBeside = () => {
    fireEvent.pointerDown(screen.getByText("beside"), { button: 0, pointerType: "mouse" });
    fireEvent.click(screen.getByText("beside"));
  };
  // Whoever listens outside of a dialog does so from the next turn on.
  await new Promise((resolve) => setTimeout(resolve));
  clickBeside();
  expect(onClose).toHaveBeenCalledOnce();
  await userEvent.type(field, "usr_ann");
  clickBeside();
  expect(onClose).toHaveBeenCalledOnce();
  screen.getByRole("button", { name: "Share" }).focus();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(field.value).toBe(""));
  await waitFor(() => expect(document.activeElement).toBe(field));
  clickBeside();
  expect(onClose).toHaveBeenCalledTimes(2);
});
