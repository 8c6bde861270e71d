import { expect, test } from "vitest";
import { problemOf } from "./issuers";

test("who comes back without being signed in is told why, in words of ours", () => {
  expect(problemOf(undefined)).toBeUndefined();
  expect(problemOf("email_unverified")).toContain("e-mail address");
  expect(problemOf("account_unproven")).toContain("start afresh");
  expect(problemOf("<b>made up</b>")).toBe(problemOf("sign_in_unproven"));
});
