import { keepPreviousData } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import { AlertsPage } from "./alerts-page";
import { readAlertSearch } from "./search";

afterEach(() => vi.unstubAllGlobals());

const alert = (id: string, severity: string) => ({ id, severity, title: id, message: "90% of the limit is used.", occurredAt: "2026-11-25T10:00:00Z", acknowledged: false });

test("alerts that are shown only until the answer for another filter is there are not acknowledged in its name", async () => {
  let answerInfo: (response: Response) => void = () => undefined;
  const list = (...alerts: object[]) => Response.json({ alerts, unread: alerts.length, nextCursor: null });
  vi.stubGlobal("fetch", ({ url }: Request) =>
    new URL(url).searchParams.get("severity") === "info" ? new Promise<Response>((resolve) => (answerInfo = resolve)) : Promise.resolve(list(alert("grave", "critical"), alert("mild", "info"))),
  );
  openPage("/dashboard/alerts?team=acme", [{ path: "/dashboard/alerts", validateSearch: readAlertSearch, component: AlertsPage }], { queries: { placeholderData: keepPreviousData } });
  const acknowledge = () => screen.getByRole<HTMLButtonElement>("button", { name: "Acknowledge these" });
  await screen.findByText("grave");
  expect(acknowledge().disabled).toBe(false);
  await userEvent.selectOptions(screen.getByLabelText("Severity"), "info");
  await waitFor(() => expect(acknowledge().disabled).toBe(true));
  expect(screen.getByText("grave").closest("[aria-busy=true]")).not.toBeNull();
  answerInfo(list(alert("mild", "info")));
  await waitFor(() => expect(screen.queryByText("grave")).toBeNull());
  expect(acknowledge().disabled).toBe(false);
});
