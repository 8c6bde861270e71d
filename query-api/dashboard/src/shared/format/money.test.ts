import { describe, expect, test } from "vitest";
import { changePermille, exactUsd, formatExactUsd, formatLeast, formatUsd, formatUsdShort, isRounded, nanoUsd } from "./money";

describe("money", () => {
  test.each([
    ["0.00075", 750_000n],
    ["30.00", 30_000_000_000n],
    ["0.000000001", 1n],
    ["-1.5", -1_500_000_000n],
    // More than a JavaScript number holds.
    ["98765432109.123456789", 98_765_432_109_123_456_789n],
  ])("%s is read exactly, and written back", (text, amount) => {
    expect(nanoUsd(text)).toBe(amount);
    expect(nanoUsd(exactUsd(amount))).toBe(amount);
  });

  test.each(["", "1,5", "0.0000000001", "$1", "1e3"])("'%s' is not an amount", (text) => {
    expect(() => nanoUsd(text)).toThrow(RangeError);
  });

  test.each([
    [0n, "$0.00"],
    [2_467_993_050n, "$2.47"],
    [305_000_000n, "$0.31"],
    [4_059_199n, "$0.00406"],
    [750_000n, "$0.00075"],
    [1n, "$0.000000001"],
    [1_234_567_890_000_000_000n, "$1,234,567,890.00"],
  ])("%s nanoUSD is shown as %s", (amount, shown) => {
    expect(formatUsd(amount)).toBe(shown);
  });

  test.each([
    [712_345n, 4, "$0.000712"],
    [712_345n, 6, "$0.000712"],
    [712_345n, 2, "$0.000712"],
    [305_000_000n, 4, "$0.3050"],
    [0n, 4, "$0.0000"],
    [12n, 6, "$0.000000012"],
    [-712_345n, 4, "-$0.000712"],
  ])("%s nanoUSD with at least %s places is shown as %s: a small amount is the same everywhere", (amount, least, shown) => {
    expect(formatUsd(amount, least)).toBe(shown);
  });

  test.each([
    [2_467_993_050n, undefined, true],
    [2_470_000_000n, undefined, false],
    [0n, undefined, false],
    [4_059_199n, undefined, true],
    [4_060_000n, undefined, false],
    [4_060_000n, 4, false],
    [4_059_199n, 4, true],
    [305_000_000n, 2, true],
    [305_000_000n, 4, false],
    [1n, undefined, false],
    [-1_500_000_001n, undefined, true],
  ])("whether %s nanoUSD with at least %s places is rounded: %s", (amount, least, rounded) => {
    expect(isRounded(amount, least)).toBe(rounded);
  });

  test.each([
    [1_234_567_890_123_456_789n, "$1,234,567,890.123456789"],
    [98_765_432_109_120_000_000n, "$98,765,432,109.12"],
    [30_000_000_000n, "$30.00"],
    [2_467_993_050n, "$2.46799305"],
    [1n, "$0.000000001"],
    [-1_500_000_000n, "-$1.50"],
  ])("%s nanoUSD is told exactly as %s, its digits grouped", (amount, told) => {
    expect(formatExactUsd(amount)).toBe(told);
  });

  test.each([1n, 9n, 4_999_999n, 99_999_999n, -1n])("%s nanoUSD is never shown as nothing", (amount) => {
    for (const shown of [formatUsd(amount), formatUsd(amount, 0), formatUsd(amount, 4), formatUsdShort(amount), formatExactUsd(amount)]) {
      expect(shown).toMatch(/[1-9]/);
    }
    expect(formatLeast()).toBe("<$0.000000001");
  });

  test("a change has a base, or there is none", () => {
    expect(changePermille(150n, 100n)).toBe(500);
    expect(changePermille(0n, 100n)).toBe(-1000);
    expect(changePermille(5n, 0n)).toBeNull();
  });
});
