import { expect, test } from "vitest";
import { ProblemError } from "./client";
import { Intents } from "./intents";

const LOST = new TypeError("Failed to fetch");

async function keyOf(intents: Intents, what: unknown, failure?: Error): Promise<string> {
  let sent = "";
  await intents
    .once(what, (key) => {
      sent = key;
      return failure ? Promise.reject(failure) : Promise.resolve("done");
    })
    .catch(() => undefined);
  return sent;
}

test.each([
  ["the line broke", LOST],
  ["the server has not answered", new ProblemError(408, {})],
  ["the server broke", new ProblemError(502, {})],
])("where %s, the same wish again has the same key until there is an answer", async (_, failure) => {
  const intents = new Intents();
  const first = await keyOf(intents, { id: "wf_1" }, failure);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(await keyOf(intents, { id: "wf_1" }, failure)).toBe(first);
  expect(await keyOf(intents, { id: "wf_1" })).toBe(first);
  expect(await keyOf(intents, { id: "wf_1" })).not.toBe(first);
});

test("what was refused was not done, and is asked under another key", async () => {
  const intents = new Intents();
  const refused = await keyOf(intents, { id: "wf_1" }, new ProblemError(409, {}));
  expect(await keyOf(intents, { id: "wf_1" })).not.toBe(refused);
});

test("another wish has another key", async () => {
  const intents = new Intents();
  const lost = await keyOf(intents, { id: "wf_1", data: { name: "Ada" } }, LOST);
  expect(await keyOf(intents, { id: "wf_1", data: { name: "Grace" } })).not.toBe(lost);
});

test("two at once that are the same are one", async () => {
  const intents = new Intents();
  const keys = await Promise.all([keyOf(intents, "run"), keyOf(intents, "run")]);
  expect(new Set(keys).size).toBe(1);
});
