import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { PasswordDialog } from "./password-dialog";

afterEach(() => vi.unstubAllGlobals());

test("a password is changed by whoever knows the one before, and the dialog stays for whoever does not", async () => {
  const answers = [
    Response.json({ errors: [{ field: "currentPassword", detail: "is not your password", remedy: "Send the one you sign in with." }] }, { status: 400 }),
    new Response(null, { status: 204 }),
  ];
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push([new URL(request.url).pathname, await request.json()]);
    return answers.shift()!;
  });
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <PasswordDialog email="ann@example.com" onClose={onClose} />
    </QueryClientProvider>,
  );
  await userEvent.type(screen.getByLabelText("The password you have"), "the old one");
  await userEvent.type(screen.getByLabelText("New password"), "the new one");
  await userEvent.click(screen.getByRole("button", { name: "Change it" }));
  expect(await screen.findByText("Is not your password. Send the one you sign in with.")).toBeTruthy();
  expect(onClose).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Change it" }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(sent).toEqual(Array(2).fill(["/api/auth/password", { currentPassword: "the old one", newPassword: "the new one" }]));
});
