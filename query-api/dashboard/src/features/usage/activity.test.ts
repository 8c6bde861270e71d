import { expect, test } from "vitest";
import { isRowMeant } from "./activity";

test("a row is opened wherever it is touched, but on what does something else", () => {
  document.body.innerHTML = `<table><tr><td><button><span id="time"></span></button><span id="prompt"></span></td><td><span data-nano-usd="1"><i id="cost"></i></span></td></tr></table>`;
  const at = (id: string) => isRowMeant(document.getElementById(id)!);
  expect([at("time"), at("prompt"), at("cost")]).toEqual([false, true, false]);
});
