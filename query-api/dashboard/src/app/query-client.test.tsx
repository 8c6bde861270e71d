import { InfiniteQueryObserver } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { ProblemError } from "@/shared/api/client";
import { Toasts } from "@/shared/ui/toast";
import { createQueryClient } from "./query-client";

test("more of a list that could not be loaded is told, and what the list has stays", async () => {
  const signedOut = vi.fn();
  render(<Toasts />);
  const observer = new InfiniteQueryObserver(createQueryClient(signedOut), {
    queryKey: ["list"],
    queryFn: ({ pageParam }) => (pageParam === 0 ? Promise.resolve("first") : Promise.reject(new ProblemError(404, { detail: "It is gone." }))),
    initialPageParam: 0,
    getNextPageParam: () => 1,
  });
  const stop = observer.subscribe(() => undefined);
  await vi.waitFor(() => expect(observer.getCurrentResult().data?.pages).toEqual(["first"]));
  expect(screen.queryByText(/could not be loaded/)).toBeNull();
  await observer.fetchNextPage();
  expect(await screen.findByText("More could not be loaded: It is gone.")).toBeTruthy();
  expect(observer.getCurrentResult().data?.pages).toEqual(["first"]);
  expect(signedOut).not.toHaveBeenCalled();
  stop();
});
