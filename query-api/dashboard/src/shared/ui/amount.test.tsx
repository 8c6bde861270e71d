import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Amount } from "./amount";
import { HintProvider } from "./hint";
import { Table, Td } from "./table";

function amount(nanoUsd: string): HTMLElement {
  return document.querySelector<HTMLElement>(`[data-nano-usd="${nanoUsd}"]`)!;
}

test("the exact amount is there for whoever listens, and for the keyboard on focus", async () => {
  render(
    <HintProvider>
      <Amount usd="2.467993050" />
      <Amount usd="30.00" />
    </HintProvider>,
  );
  expect(amount("2467993050").querySelector("[aria-hidden]")?.textContent).toBe("$2.47");
  expect(amount("2467993050").querySelector(".sr-only")?.textContent).toBe("$2.46799305");
  // What is not rounded is told once.
  expect(amount("30000000000").textContent).toBe("$30.00");
  await userEvent.tab();
  expect(document.activeElement).toBe(amount("2467993050"));
  expect((await screen.findByRole("tooltip")).textContent).toContain("2,467,993,050 nanoUSD");
});

test("a mean of something is not told as nothing, however little it is", () => {
  render(
    <HintProvider>
      <p>
        <Amount usd="0.00" some />
      </p>
      <p>
        <Amount usd="0.00" some={false} />
      </p>
      <p>
        <Amount usd="0.000000001" some />
      </p>
    </HintProvider>,
  );
  expect(screen.getAllByRole("paragraph").map((one) => one.textContent)).toEqual(["<$0.000000001", "$0.00", "$0.000000001"]);
});

test("the digits of an exact amount are grouped as those of the one that is shown", () => {
  render(
    <HintProvider>
      <Amount usd="12345.678901234" />
    </HintProvider>,
  );
  expect(amount("12345678901234").querySelector("[aria-hidden]")?.textContent).toBe("$12,345.68");
  expect(amount("12345678901234").querySelector(".sr-only")?.textContent).toBe("$12,345.678901234");
});

test("a tap shows the exact amount, another one hides it, and one on the next shows that instead", async () => {
  const finger = userEvent.setup();
  const tap = (target: Element) => finger.pointer([{ keys: "[TouchA]", target }]);
  const told = () => screen.queryByRole("tooltip")?.textContent ?? null;
  render(
    <HintProvider>
      <Amount usd="2.467993050" />
      <Amount usd="0.000712345" />
      <p>elsewhere</p>
    </HintProvider>,
  );
  await tap(amount("2467993050"));
  await waitFor(() => expect(told()).toContain("2,467,993,050 nanoUSD"));
  await tap(amount("2467993050"));
  await waitFor(() => expect(told()).toBeNull());
  await tap(amount("2467993050"));
  await waitFor(() => expect(told()).toContain("2,467,993,050 nanoUSD"));
  await tap(amount("712345"));
  await waitFor(() => expect(told()).toContain("712,345 nanoUSD"));
  expect(screen.getAllByRole("tooltip")).toHaveLength(1);
  await tap(screen.getByText("elsewhere"));
  await waitFor(() => expect(told()).toBeNull());
});

function Rows({ rows }: { rows: [bigint, bigint][] }) {
  return (
    <HintProvider>
      <button>before</button>
      <Table>
        <tbody>
          {rows.map(([ours, theirs]) => (
            <tr key={ours.toString()}>
              <Td>
                <button>row</button>
              </Td>
              <Td>
                <Amount usd={ours} />
              </Td>
              <Td>
                <Amount usd={theirs} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <button>after</button>
    </HintProvider>
  );
}

test("the amounts of a table are one stop, which the arrows move, and which is never lost", async () => {
  const { rerender } = render(<Rows rows={[[1n, 2n], [3n, 4n], [5n, 6n]]} />);
  const focus = () => (document.activeElement as HTMLElement).dataset.nanoUsd;
  amount("1").focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(focus()).toBe("3");
  await userEvent.keyboard("{ArrowRight}{ArrowDown}");
  expect(focus()).toBe("6");
  await userEvent.keyboard("{ArrowDown}{ArrowRight}");
  expect(focus()).toBe("6");
  await userEvent.tab();
  expect(document.activeElement?.textContent).toBe("after");
  await userEvent.tab({ shift: true });
  expect(focus()).toBe("6");
  await userEvent.keyboard("{ArrowLeft}{ArrowUp}");
  expect(focus()).toBe("3");
  rerender(<Rows rows={[[1n, 2n]]} />);
  // With the next frame.
  await waitFor(() => expect([...document.querySelectorAll("[data-nano-usd][tabindex='0']")]).toEqual([amount("1")]));
});
