import { InfiniteQueryObserver, MutationObserver } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { ProblemError } from "@/shared/api/client";
import { Toasts } from "@/shared/ui/toast";
import { ASKS_WHO_ONE_IS, createQueryClient } from "./query-client";

test("more of a list that could not be loaded is told, and what the list has stays", async () => {
  const signedOut = vi.fn();
  render(<Toasts />);
  const observer = new InfiniteQueryObserver(createQueryClient(signedOut, vi.fn()), {
    queryKey: ["list"],
    queryFn: ({ pageParam }) => (pageParam === 0 ? Promise.resolve("first") : Promise.reject(new ProblemError(404, { detail: "It is gone." }))),
    initialPageParam: 0,
    getNextPageParam: () => 1,
  });
  const stop = observer.subscribe(() => undefined);
  await waitFor(() => expect(observer.getCurrentResult().data?.pages).toEqual(["first"]));
  expect(screen.queryByText(/could not be loaded/)).toBeNull();
  await observer.fetchNextPage();
  expect(await screen.findByText("More could not be loaded: It is gone.")).toBeTruthy();
  expect(observer.getCurrentResult().data?.pages).toEqual(["first"]);
  expect(signedOut).not.toHaveBeenCalled();
  stop();
});

test("a change that is refused because the session has ended leads to signing in again, unless it is about just that", async () => {
  const signedOut = vi.fn();
  const otherPerson = vi.fn();
  const client = createQueryClient(signedOut, otherPerson);
  const refused = (status: number, meta = {}) =>
    new MutationObserver(client, { mutationFn: () => Promise.reject(new ProblemError(status, {})), meta }).mutate().catch(() => undefined);
  await refused(403);
  await refused(401, ASKS_WHO_ONE_IS);
  expect(signedOut).not.toHaveBeenCalled();
  await refused(401);
  expect(signedOut).toHaveBeenCalledTimes(1);
  expect(otherPerson).not.toHaveBeenCalled();
});

test("whatever is refused because someone else is signed in tells who, also what is about signing out", async () => {
  const signedOut = vi.fn();
  const otherPerson = vi.fn();
  const client = createQueryClient(signedOut, otherPerson);
  const refusal = () => Promise.reject(new ProblemError(409, { code: "other_person", detail: "Ben is here now." }));
  await client.fetchQuery({ queryKey: ["list"], queryFn: refusal }).catch(() => undefined);
  await new MutationObserver(client, { mutationFn: refusal, meta: ASKS_WHO_ONE_IS }).mutate().catch(() => undefined);
  expect(otherPerson.mock.calls).toEqual([
    ["Ben is here now.", false],
    ["Ben is here now.", false],
  ]);
  expect(signedOut).not.toHaveBeenCalled();
});

test("what the page asks again by itself is told from what someone asks for", async () => {
  const signedOut = vi.fn();
  const otherPerson = vi.fn();
  const client = createQueryClient(signedOut, otherPerson);
  const refusal = () => Promise.reject(new ProblemError(409, { code: "other_person", detail: "Ben is here now." }));
  client.setQueryData(["shown"], "what was there");
  await client.fetchQuery({ queryKey: ["shown"], queryFn: refusal, staleTime: 0 }).catch(() => undefined);
  await client.fetchQuery({ queryKey: ["listened to"], queryFn: refusal, meta: { isInBackground: true } }).catch(() => undefined);
  await client.fetchQuery({ queryKey: ["new"], queryFn: refusal }).catch(() => undefined);
  expect(otherPerson.mock.calls.map(([, byItself]) => byItself)).toEqual([true, true, false]);
  await client.fetchQuery({ queryKey: ["shown"], queryFn: () => Promise.reject(new ProblemError(401, {})), staleTime: 0 }).catch(() => undefined);
  expect(signedOut.mock.calls).toEqual([[true]]);
});
