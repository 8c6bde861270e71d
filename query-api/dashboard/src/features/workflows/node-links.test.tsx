import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { HintProvider } from "@/shared/ui/hint";
import { addNode, changeNode, EMPTY, type Definition } from "./definition";
import { NodeLinks } from "./node-links";

const DRAWN = addNode(addNode(EMPTY, "data_source").definition, "prompt").definition;

function Form({ drawn = DRAWN }: { drawn?: Definition }) {
  const [definition, setDefinition] = useState(drawn);
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

test("by the keyboard nothing is connected over a loop's border, and why is told in the words of the canvas", () => {
  const drawn = changeNode(addNode(addNode(DRAWN, "loop").definition, "delay").definition, "loop", { label: "Each", config: { bodyNodes: ["prompt"] } });
  render(<Form drawn={drawn} />);
  const choices = [...screen.getByRole<HTMLSelectElement>("combobox", { name: "Connect from" }).options].map(({ text }) => text);
  expect(choices).toEqual(["Another node …", "Each"]);
  expect(screen.getByRole("group", { name: "Follows" }).textContent).toContain("That would cross the border of what Each runs for each item. Connect Each itself.");
});
