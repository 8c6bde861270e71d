import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { addNode, EMPTY } from "./definition";
import { NodeLinks } from "./node-links";

const DRAWN = addNode(addNode(EMPTY, "data_source").definition, "prompt").definition;

function Form() {
  const [definition, setDefinition] = useState(DRAWN);
  return (
    <HintProvider>
      <NodeLinks node={definition.nodes[1]!} definition={definition} onEdit={setDefinition} />
      <p>{definition.edges.map(({ source, target }) => `${source} > ${target}`).join()}</p>
    </HintProvider>
  );
}

test("by the keyboard alone two nodes are connected and parted, which is told, and the focus stays where it can be gone on", async () => {
  render(<Form />);
  const group = screen.getByRole("group", { name: "Follows" });
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Connect from" }), "Data source");
  await userEvent.tab();
  screen.getByRole("button", { name: "Connect" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(screen.getByText("data_source > prompt")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("It follows Data source now.");
  // There is nothing else to connect from.
  expect(document.activeElement).toBe(group);
  screen.getByRole("button", { name: "No longer after Data source" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(screen.getByRole("status").textContent).toBe("It no longer follows Data source.");
  expect(document.activeElement).toBe(screen.getByRole("combobox", { name: "Connect from" }));
});
