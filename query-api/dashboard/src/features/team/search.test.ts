import { expect, test } from "vitest";
import { readTeamSearch } from "./search";

test.each([
  [{ sort: "name" }, { sort: "name" }],
  [{ sort: "tokens", team: "acme" }, { sort: "tokens" }],
  // The dearest come first anyway.
  [{ sort: "cost" }, {}],
  [{ sort: "age" }, {}],
  [{ member: "ann", sort: "runs" }, { member: "ann", sort: "runs" }],
  [{ member: "" }, {}],
  [{ trend: "table" }, { trend: "table" }],
  [{ trend: "chart" }, {}],
  [{}, {}],
])("the address %j is read as %j", (raw, read) => expect(readTeamSearch(raw)).toEqual(read));
