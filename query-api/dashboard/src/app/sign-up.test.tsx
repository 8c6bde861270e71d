import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { SignUpForm } from "./sign-up";

afterEach(() => vi.unstubAllGlobals());

test("whoever was invited signs up with the address of the invitation, and is told by each field what is wrong", async () => {
  const answers = [
    Response.json({ errors: [{ field: "password", detail: "has 3 characters", remedy: "Send 8 to 1024." }] }, { status: 400 }),
    Response.json({ code: "conflict", detail: "There is such an account." }, { status: 409 }),
    Response.json({ user: { id: "usr_1", name: "Ann" } }, { status: 201 }),
  ];
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push([new URL(request.url).pathname, await request.json()]);
    return answers.shift()!;
  });
  const onSignedUp = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SignUpForm email="ann@example.com" onSignedUp={onSignedUp} />
    </QueryClientProvider>,
  );
  const send = () => userEvent.click(screen.getByRole("button", { name: "Make the account" }));
  await userEvent.type(screen.getByLabelText("Your name"), "Ann");
  await userEvent.type(screen.getByLabelText("Password"), "long enough");
  await send();
  expect(await screen.findByText("Has 3 characters. Send 8 to 1024.")).toBeTruthy();
  await send();
  expect((await screen.findByRole("alert")).textContent).toContain("There is an account with this e-mail address already.");
  await send();
  await waitFor(() => expect(onSignedUp).toHaveBeenCalledWith({ id: "usr_1", name: "Ann" }));
  expect(sent[0]).toEqual(["/api/auth/register", { name: "Ann", email: "ann@example.com", password: "long enough" }]);
});
