import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { sessionQuery, type User } from "@/shared/session/session";
import { SignInAgain } from "./sign-in-again";

const USER = { id: "usr_1", email: "ann@example.com", name: "Ann", teams: [] } as unknown as User;

afterEach(() => vi.unstubAllGlobals());

test("who was signed out goes on where they were, once their password is right", async () => {
  const answers = [Response.json({ detail: "No." }, { status: 401 }), Response.json({ user: { ...USER, name: "Ann B." } })];
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(await request.json());
    return answers.shift()!;
  });
  const client = new QueryClient();
  client.setQueryData(["draft"], "kept");
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={client}>
      <SignInAgain user={USER} onClose={onClose} />
    </QueryClientProvider>,
  );
  await userEvent.type(screen.getByLabelText("Password"), "not it");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByText(/This is not the password/)).toBeTruthy();
  expect(onClose).not.toHaveBeenCalled();
  await userEvent.clear(screen.getByLabelText("Password"));
  await userEvent.type(screen.getByLabelText("Password"), "this is it");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(sent).toEqual([
    { email: "ann@example.com", password: "not it" },
    { email: "ann@example.com", password: "this is it" },
  ]);
  expect(client.getQueryData(sessionQuery.queryKey)?.name).toBe("Ann B.");
  expect(client.getQueryData(["draft"])).toBe("kept");
});
