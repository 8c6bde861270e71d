import { expect, test } from "vitest";
import { told } from "./alert-row";

const NAMES = new Map([
  ["usr_mara", "Mara Lindqvist"],
  ["key_01", "Checkout"],
  ["wf_01", "Answer tickets"],
  ["usr_cash", "Ca$$h $& Co"],
]);

test("a member is told by name, and a value only once", () => {
  const of = (dimension: string, value: string, message: string) => told({ dimension, value, message } as never, NAMES);
  expect(of("member", "usr_mara", "90% of the limit is used by usr_mara.")).toBe("90% of the limit is used by Mara Lindqvist.");
  expect(of("member", "usr_cash", "90% is used by usr_cash.")).toBe("90% is used by Ca$$h $& Co.");
  expect(of("member", "usr_gone", "90% is used by usr_gone.")).toBe("90% is used by usr_gone.");
  expect(of("api_key", "key_01", "90% is used by key_01.")).toBe("90% is used by Checkout.");
  expect(of("workflow", "wf_01", "90% is used.")).toBe("Answer tickets · 90% is used.");
  expect(of("model", "gpt-4o", "90% of the limit is used.")).toBe("gpt-4o · 90% of the limit is used.");
  expect(of("account", "team:acme", "90% of the limit is used.")).toBe("90% of the limit is used.");
});

test("amounts and shares are written as everywhere on the pages", () => {
  const message = "3169174104200% of the limit is used by gpt-4.1-mini: $31.692 of $0.000000001, heading for $1200.5.";
  const of = () => told({ dimension: "model", value: "gpt-4.1-mini", message } as never, NAMES);
  expect(of()).toBe("3,169,174,104,200% of the limit is used by gpt-4.1-mini: $31.69 of $0.000000001, heading for $1,200.50.");
  expect(told({ dimension: "account", value: "", message: "121.83% of the limit is used: $0.12183 of $0.10." } as never, NAMES)).toBe("121.83% of the limit is used: $0.12 of $0.10.");
});
