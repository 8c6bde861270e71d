import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { Account } from "@/shared/session/account";
import type { Connector, DataSource } from "./api";
import { SourceDialog } from "./source-dialog";

const ACCOUNT = { key: "acme", params: { teamId: "acme" } } as unknown as Account;

const AIRTABLE = { type: "airtable", name: "Airtable", authTypes: ["bearer"], config: [], abilities: ["read"] } as unknown as Connector;

const SOURCE = { id: "s1", type: "airtable", name: "Customers", config: {}, credentialId: "c1" } as unknown as DataSource;

afterEach(() => vi.unstubAllGlobals());

test("credentials that could not be loaded say so below their field, and come with another try; the chosen one stays", async () => {
  let isUp = false;
  vi.stubGlobal("fetch", () =>
    Promise.resolve(
      isUp
        ? Response.json({ credentials: [{ id: "c1", kind: "airtable", name: "Production" }, { id: "c2", kind: "notion", name: "Wiki" }] })
        : Response.json({ detail: "The vault is being moved" }, { status: 500 }),
    ),
  );
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <SourceDialog account={ACCOUNT} connectors={[AIRTABLE]} source={SOURCE} onClose={() => undefined} />
    </QueryClientProvider>,
  );
  expect((await screen.findByRole("alert")).textContent).toContain("The credentials could not be loaded: The vault is being moved");
  const field = () => screen.getByLabelText<HTMLSelectElement>("Credential");
  expect(field().value).toBe("c1");
  isUp = true;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect((await screen.findByRole<HTMLOptionElement>("option", { name: "Production" })).selected).toBe(true);
  expect([...field().options].map((option) => option.text)).toEqual(["None", "Production"]);
  expect(screen.queryByRole("alert")).toBeNull();
});
