import { beforeEach, expect, test } from "vitest";
import { keepDraft, newestDraftAt } from "@/shared/session/drafts";
import { EMPTY, type Config, type Definition } from "./definition";
import { dropOwn, keep, unsavedAt } from "./draft";

const PLACE = "draft/eve/acme/workflow";

const BASE = { id: "wf_1", name: "Triage", version: 1, updatedAt: "2026-11-27T03:00:00Z" };

const STORED = { name: "Triage", definition: EMPTY };

function calling(config: Config): Definition {
  return { ...EMPTY, nodes: [{ id: "call", type: "webhook", label: "Call", config, position: { x: 0, y: 0 } }] };
}

beforeEach(() => localStorage.clear());

test("a draft that cannot be saved yet is kept as it is, with what it was made from", () => {
  const definition: Definition = { ...EMPTY, nodes: [{ id: "loop", type: "loop", label: "Loop", config: { iterateOver: "input", bodyNodes: [] }, position: { x: 0, y: 0 } }] };
  keep(PLACE, { name: "Mine", definition }, BASE);
  expect(unsavedAt(PLACE, STORED)).toMatchObject({ name: "Mine", definition, base: BASE, isReduced: false });
});

test("values that were put in where the name of a secret belongs are not kept", () => {
  const headers = { Authorization: "Bearer abc123", "X-Api-Key": "k-1", "X-Team": "acme", Cookie: "{{secrets.COOKIE}}", "Idempotency-Key": "order-1" };
  keep(PLACE, { name: "Mine", definition: calling({ headers, params: { access_token: "t-1", author: "ada", max_tokens: "9" }, options: { headers: { "Client-Secret": "s-1" } } }) }, BASE);
  const unsaved = unsavedAt(PLACE, STORED)!;
  expect(unsaved.isReduced).toBe(true);
  expect(unsaved.definition.nodes[0]!.config).toEqual({
    headers: { ...headers, Authorization: "", "X-Api-Key": "" },
    params: { access_token: "", author: "ada", max_tokens: "9" },
    options: { headers: { "Client-Secret": "" } },
  });
  expect(JSON.stringify({ ...localStorage })).not.toMatch(/abc123|k-1|t-1|s-1/);
});

test("what is stored by now is not offered", () => {
  keep(PLACE, STORED, BASE);
  expect(unsavedAt(PLACE, STORED)).toBeNull();
  expect(newestDraftAt(PLACE)).toBeNull();
});

test.each([null, { name: "x" }, { name: "x", base: null, definition: EMPTY }, { name: "x", base: BASE, definition: { nodes: "none" } }])("what is no draft is not offered: %j", (value) => {
  keepDraft(PLACE, value);
  expect(unsavedAt(PLACE, STORED)).toBeNull();
});

test("a tab keeps and drops what is drawn in it, and nothing that another has kept", () => {
  const theirs = `${PLACE}/another-tab`;
  keepDraft(theirs, { name: "Another tab's", base: BASE, definition: EMPTY }, Date.now() - 60_000);
  keep(PLACE, { name: "Mine", definition: EMPTY }, BASE);
  expect(unsavedAt(PLACE, STORED)).toMatchObject({ name: "Mine" });
  dropOwn(PLACE);
  expect(unsavedAt(PLACE, STORED)).toMatchObject({ name: "Another tab's", place: theirs });
  dropOwn(PLACE);
  expect(newestDraftAt(PLACE)?.place).toBe(theirs);
});

test("of a tab's that is stored by now the one before is offered, and of another workflow none", () => {
  keepDraft(`${PLACE}/another-tab`, { name: "Another tab's", base: BASE, definition: EMPTY }, Date.now() - 60_000);
  keepDraft(`${PLACE}2/another-tab`, { name: "Another workflow's", base: BASE, definition: EMPTY });
  keep(PLACE, STORED, BASE);
  expect(unsavedAt(PLACE, STORED)?.name).toBe("Another tab's");
  expect(newestDraftAt(`${PLACE}3`)).toBeNull();
});
