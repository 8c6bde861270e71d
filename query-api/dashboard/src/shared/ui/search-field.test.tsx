import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { SearchField } from "./search-field";

const field = () => screen.getByLabelText<HTMLInputElement>("Search");

/** Letter by letter, in one go. */
function type(text: string) {
  for (let end = 1; end <= text.length; end++) {
    fireEvent.change(field(), { target: { value: text.slice(0, end) } });
  }
}

/** As an address is, which is another only a moment after it was told to be. */
function Late({ onAsked }: { onAsked: (text: string) => void }) {
  const [kept, setKept] = useState("");
  return (
    <>
      <SearchField
        label="Search"
        value={kept}
        onChange={(text) => {
          onAsked(text);
          setTimeout(() => setKept(text));
        }}
      />
      <button onClick={() => setKept("")}>Show all</button>
      <output>{kept}</output>
    </>
  );
}

test("what is typed fast is there whole, and is looked for once it stands", async () => {
  const onAsked = vi.fn();
  render(<Late onAsked={onAsked} />);
  type("tickets");
  expect(field().value).toBe("tickets");
  await waitFor(() => expect(screen.getByRole("status").textContent).toBe("tickets"));
  expect(onAsked.mock.calls).toEqual([["tickets"]]);
  expect(field().value).toBe("tickets");
});

test("what comes from elsewhere takes the place of what was typed", async () => {
  render(<Late onAsked={() => undefined} />);
  type("tickets");
  await waitFor(() => expect(screen.getByRole("status").textContent).toBe("tickets"));
  act(() => screen.getByRole("button", { name: "Show all" }).click());
  expect(field().value).toBe("");
});
