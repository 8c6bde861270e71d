import { expect, test } from "vitest";
import { NOTHING_SAID, whoIsThere, type Finding, type Notice, type WhoIsThere } from "./who-is-there";

const BEN: Notice = { kind: "other-person", told: "Ben has signed in in this browser." };
const CLEO: Notice = { kind: "other-person", told: "Cleo has signed in in this browser." };
const SIGNED_OUT: Notice = { kind: "signed-out" };

const poll = (notice: Notice): Finding => ({ type: "found", notice, byItself: true });
const act = (notice: Notice): Finding => ({ type: "found", notice, byItself: false });

const after = (...findings: Finding[]): WhoIsThere => findings.reduce(whoIsThere, NOTHING_SAID);

test.each([BEN, SIGNED_OUT])("what is put away stays so while the page asks again by itself: %o", (notice) => {
  expect(after(poll(notice)).notice).toEqual(notice);
  expect(after(poll(notice), { type: "put-away" }, poll(notice), poll(notice)).notice).toBeNull();
  expect(after(poll(notice), { type: "put-away" }, act(notice)).notice).toEqual(notice);
  expect(after(poll(notice), { type: "put-away" }, { type: "seen" }).notice).toBeNull();
  expect(after(poll(notice), { type: "put-away" }, { type: "seen" }, poll(notice)).notice).toEqual(notice);
});

test("a third one is told of, and whoever is nobody any more", () => {
  expect(after(poll(BEN), { type: "put-away" }, poll(CLEO)).notice).toEqual(CLEO);
  expect(after(poll(BEN), poll(SIGNED_OUT)).notice).toEqual(SIGNED_OUT);
  expect(after(poll(SIGNED_OUT), { type: "put-away" }, poll(BEN)).notice).toEqual(BEN);
});

test("whoever is back is told nothing more, but by the form that they have signed in with", () => {
  expect(after(poll(BEN), { type: "back" })).toEqual(NOTHING_SAID);
  expect(after(poll(BEN), { type: "put-away" }, { type: "back" })).toEqual(NOTHING_SAID);
  expect(after(poll(SIGNED_OUT), { type: "put-away" }, { type: "back" }, poll(SIGNED_OUT)).notice).toEqual(SIGNED_OUT);
  expect(after(poll(SIGNED_OUT), { type: "back" }).notice).toEqual(SIGNED_OUT);
  expect(after(poll(SIGNED_OUT), { type: "settled" })).toEqual(NOTHING_SAID);
});

test("what is said already is not said anew", () => {
  const said = after(poll(BEN));
  expect(whoIsThere(said, act(BEN))).toBe(said);
});
