import { expect, test } from "vitest";
import { typedRate } from "./price-dialog";

test.each([
  ["0.15", "0.15"],
  ["0,15", "0.15"],
  ["0", "0"],
  ["0.00", "0"],
  ["999999.5", "999999.50"],
])("a rate of '%s' is one of %s dollars", (text, usd) => expect(typedRate(text)).toEqual({ usd }));

test.each([
  ["1,500", /Write 1500/],
  ["1.500", /Write 1500/],
  ["dear", /such as/],
  ["1000000", /Less than a million/],
])("a rate of '%s' is refused with a word why", (text, fault) => expect(typedRate(text).fault).toMatch(fault));
