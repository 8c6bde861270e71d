import { expect, test } from "vitest";
import { faultOfCount, faultOfUsd, typedUsd } from "./typed-amounts";

test.each([
  ["30", "30.00"],
  ["30.00", "30.00"],
  [" $12.50 ", "12.50"],
  ["US$ 12.5", "12.50"],
  ["12.50 USD", "12.50"],
  ["1,5", "1.50"],
  ["0,000000001", "0.000000001"],
  ["1,234.50", "1234.50"],
  ["1.234,50", "1234.50"],
  ["1,234,567", "1234567.00"],
  ["1.234.567", "1234567.00"],
  ["1 234,5", "1234.50"],
  ["1’234.50", "1234.50"],
  ["1.500", "1.50"],
  ["0,500", "0.50"],
  ["9223372036.854775807", "9223372036.854775807"],
])("'%s' is taken as %s dollars", (text, usd) => {
  expect(typedUsd(text)).toEqual({ usd });
});

test.each([
  ["", /such as/],
  ["thirty", /such as/],
  ["-3", /such as/],
  ["1e3", /such as/],
  ["1,2,3", /such as/],
  ["12 34", /such as/],
  ["1,500", /Write 1500 or 1\.500/],
  ["0.0000000001", /nine places/],
  ["0", /More than nothing/],
  ["9223372036.854775808", /Too large/],
  ["99999999999999999999", /Too large/],
])("'%s' is refused with a word why", (text, fault) => {
  expect(typedUsd(text).fault).toMatch(fault);
});

test("an empty field is not wrong", () => {
  expect(faultOfUsd(" ")).toBeUndefined();
  expect(faultOfUsd("x")).toBeDefined();
});

test("tokens are counted in whole numbers that can be told exactly", () => {
  expect(faultOfCount("")).toBeUndefined();
  expect(faultOfCount("9007199254740991")).toBeUndefined();
  expect(faultOfCount("9007199254740993")).toMatch(/Too large/);
  expect(faultOfCount("1.5")).toMatch(/whole/);
  expect(faultOfCount("0")).toMatch(/whole/);
});
