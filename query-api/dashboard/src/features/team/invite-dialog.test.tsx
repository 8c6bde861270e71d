import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Account } from "@/shared/session/account";
import { InviteDialog, isAddress } from "./team-invitations";

const ACCOUNT = { key: "acme", name: "Acme" } as unknown as Account;

test.each([
  ["mara@example.com", true],
  [" mara@example.com ", true],
  ["mara@localhost", true],
  ["not-an-address", false],
  ["mara@", false],
  ["@example.com", false],
  ["mara lindqvist@example.com", false],
  ["mara@example..com", false],
  ["mara@one@two.com", false],
  ["", false],
])("whether '%s' is an address: %s", (email, expected) => {
  expect(isAddress(email)).toBe(expected);
});

test("of an address that is none it is said why nobody can be invited to it, once it is written", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <InviteDialog account={ACCOUNT} onClose={() => undefined} />
    </QueryClientProvider>,
  );
  const field = screen.getByLabelText("E-mail");
  await userEvent.type(field, "not-an-address");
  expect(field.getAttribute("aria-invalid")).toBeNull();
  await userEvent.tab();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(field.getAttribute("aria-describedby")!)!.textContent).toContain("Not an e-mail address");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Invite" }).disabled).toBe(true);
  await userEvent.type(field, "@example.com");
  expect(field.getAttribute("aria-invalid")).toBeNull();
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Invite" }).disabled).toBe(false);
});
