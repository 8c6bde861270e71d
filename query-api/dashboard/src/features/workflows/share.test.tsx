import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { permissionsQuery, useShare, type Level, type Share } from "./api-automation";

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
