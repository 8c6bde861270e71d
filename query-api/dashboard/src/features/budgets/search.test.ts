import { expect, test } from "vitest";
import { isWhole, readBudgetSearch, toggled } from "./search";

test("the address says which budgets are shown whole, and each is shown and hidden for itself", () => {
  const search = readBudgetSearch({ all: "b1~b2", team: "acme" });
  expect(search).toEqual({ all: "b1~b2" });
  expect([isWhole(search, "b1"), isWhole(search, "b2"), isWhole(search, "b")]).toEqual([true, true, false]);
  expect(toggled(search, "b1")).toBe("b2");
  expect(toggled(search, "b3")).toBe("b1~b2~b3");
  expect(toggled({ all: "b1" }, "b1")).toBeUndefined();
  expect(toggled({}, "b1")).toBe("b1");
});

test.each([[{ all: "" }], [{ all: 7 }], [{}]])("%j shows none whole", (raw) => expect(readBudgetSearch(raw)).toEqual({}));
