import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { AlertRow } from "./alert-row";
import type { Alert } from "./api";

afterEach(() => vi.unstubAllGlobals());

const alert = (id: string) => ({ id, severity: "warning", title: id, message: "90% is used.", occurredAt: "2026-11-25T10:00:00Z" }) as unknown as Alert;

function Rows() {
  const [seen, setSeen] = useState<readonly string[]>([]);
  return (
    <>
      {["first", "second"].map((id) => (
        <AlertRow key={id} alert={{ ...alert(id), acknowledged: seen.includes(id) }} zone="UTC" now={0} onAcknowledge={() => setSeen([...seen, id])} />
      ))}
    </>
  );
}

test("whoever sees to alerts by keyboard goes on from the one that was seen to", async () => {
  openPage("/", [{ path: "/", component: Rows }], { teams: [] });
  (await screen.findByRole("button", { name: "Acknowledge: first" })).focus();
  await userEvent.keyboard("{Enter}");
  expect(screen.queryByRole("button", { name: "Acknowledge: first" })).toBeNull();
  expect(document.activeElement).toBe(screen.getAllByTestId("alert")[0]);
  await userEvent.tab();
  await userEvent.tab();
  await userEvent.tab();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Acknowledge: second" }));
});
