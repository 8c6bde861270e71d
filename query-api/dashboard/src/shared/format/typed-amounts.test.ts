import { describe, expect, test } from "vitest";
import { exactUsd, nanoUsd } from "./money";
import { faultOfCount, faultOfUsd, fieldUsd, typedUsd } from "./typed-amounts";

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
  ["0,500", "0.50"],
  ["0.075", "0.075"],
  ["1500", "1500.00"],
  ["1.5", "1.50"],
  ["1.50", "1.50"],
  ["1.5000", "1.50"],
  ["1,50", "1.50"],
  ["1,5000", "1.50"],
  ["1,500.00", "1500.00"],
  ["1.500,00", "1500.00"],
  ["1 500", "1500.00"],
  ["12 345,678", "12345.678"],
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
  ["1,500", /^Write 1500 or 1\.50: with a comma before three digits it could be either$/],
  ["1.500", /^Write 1500 or 1\.50: with a point before three digits it could be either$/],
  ["$1.500", /Write 1500 or 1\.50:/],
  ["1,500 USD", /Write 1500 or 1\.50:/],
  ["12.345", /Write 12345 or 12\.3450:/],
  ["1.000", /Write 1000 or 1\.00:/],
  ["1500,000", /Write 1500000 or 1500\.00:/],
  ["0.0000000001", /nine places/],
  ["0", /More than nothing/],
  ["9223372036.854775808", /Too large/],
  ["99999999999999999999", /Too large/],
])("'%s' is refused with a word why", (text, fault) => {
  expect(typedUsd(text).fault).toMatch(fault);
});

describe.each([
  [".", "a point"],
  [",", "a comma"],
])("with '%s', %s,", (separator) => {
  test.each([1, 9, 10, 12, 100, 999, 1000, 54_321])("three digits after %i make two amounts, and what to write instead is each of them", (whole) => {
    for (const digits of ["000", "001", "010", "100", "120", "123", "500", "999"]) {
      const { usd, fault = "" } = typedUsd(`${whole}${separator}${digits}`);
      const [, thousands = "", decimal = ""] = /^Write (\S+) or (\S+): /.exec(fault) ?? [];
      expect(usd).toBeUndefined();
      expect(typedUsd(thousands)).toEqual({ usd: `${whole}${digits}.00` });
      expect(typedUsd(decimal)).toEqual({ usd: exactUsd(nanoUsd(`${whole}.${digits}`)) });
    }
  });

  test.each([1, 9, 10, 12, 100, 999, 1000, 54_321])("any other number of digits after %i makes one", (whole) => {
    for (const digits of ["0", "5", "00", "05", "50", "0000", "0005", "1234", "123456789"]) {
      expect(typedUsd(`${whole}${separator}${digits}`)).toEqual({ usd: exactUsd(nanoUsd(`${whole}.${digits}`)) });
    }
  });
});

test.each(["1.50", "1.005", "0.075", "1500.00", "12.345", "1234.567", "0.000000001", "99.1234"])("what the API calls %s stands in a field so that it is read as that again", (usd) => {
  expect(typedUsd(fieldUsd(usd))).toEqual({ usd });
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
  expect(faultOfCount("1.500")).toMatch(/digits only/);
  expect(faultOfCount("1,500")).toMatch(/digits only/);
  expect(faultOfCount("0")).toMatch(/whole/);
});
