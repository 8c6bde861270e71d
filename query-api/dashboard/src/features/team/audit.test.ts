import { expect, test } from "vitest";
import { namesOf, subjectOf } from "./audit";

const ENTRIES = [
  { resourceType: "workflow", resourceId: "wf_01M8C3HHAAAABBBB", oldValues: { status: "draft" }, newValues: { status: "active" } },
  { resourceType: "workflow", resourceId: "wf_01M8C3HHAAAABBBB", oldValues: null, newValues: { name: "Ticket triage" } },
  { resourceType: "budget", resourceId: "budget_01M8CQQQQWXYZ", oldValues: null, newValues: null },
  { resourceType: "user", resourceId: "usr_mara", oldValues: { name: "Mara" }, newValues: null },
];

test("what was changed is called by its name, from another entry if need be, and not by a long id", () => {
  const names = namesOf(ENTRIES);
  expect(ENTRIES.map((entry) => subjectOf(entry, names))).toEqual(["Workflow Ticket triage", "Workflow Ticket triage", "Budget …WXYZ", "User Mara"]);
  expect(subjectOf({ resourceType: "team", resourceId: "acme" }, names)).toBe("Team acme");
});
