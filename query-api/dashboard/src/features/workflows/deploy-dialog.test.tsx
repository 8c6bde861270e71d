import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { readFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { openPage } from "@/test/page-stand";
import type { Template } from "./api-templates";
import { DeployDialog } from "./deploy-dialog";

/** As it comes with the product. */
function template(name: string): Template {
  return JSON.parse(readFileSync(`../../workflow-runner/src/main/resources/com/promptmanage/runner/template/template-${name}.json`, "utf8")) as Template;
}

let sent: unknown[];

/** What the deployment is answered. */
let answer: () => Response;

beforeEach(() => {
  sent = [];
  answer = () => Response.json({ title: "Unavailable" }, { status: 503 });
});

function open(name: string) {
  const whole = template(name);
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      sent.push(await request.json());
      return answer();
    }
    if (pathname.endsWith("/connectors")) {
      return Response.json({ connectors: ["csv", "json", "api", "database", "email", "slack"].map((type) => ({ type, name: type, abilities: ["read"] })) });
    }
    if (pathname.endsWith("/data-sources")) {
      return Response.json({ dataSources: [{ id: "ds_1", name: "Ours", type: "database" }, { id: "ds_2", name: "A list", type: "csv" }] });
    }
    return Response.json(pathname.includes("workflow-templates") ? { template: whole } : { credentials: [] });
  });
  openPage("/", [{ path: "/", component: () => <DeployDialog source={{ from: "gallery", template: whole }} onClose={() => undefined} /> }]);
}

const submit = () => userEvent.click(screen.getByRole("button", { name: "Make the workflow" }));

test("all that is missing or wrong is told at once, each at its field, and the first has the focus; nothing is sent", async () => {
  open("faq-builder");
  const source = await screen.findByRole("combobox", { name: "Database" });
  const address = screen.getByRole("textbox", { name: "Content system" });
  expect(source.hasAttribute("required")).toBe(true);
  await userEvent.type(address, "nope");
  await submit();
  expect(source.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByText(/^Is missing\. Give it: /)).toBeTruthy();
  expect(address.getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByText("Is no web address. Give one that begins with https:// or http://, such as https://example.com/path.")).toBeTruthy();
  await waitFor(() => expect(document.activeElement).toBe(source));
  expect(sent).toEqual([]);
});

test("what is not of its kind is told when its field is left, and no longer once it is", async () => {
  open("lead-scorer");
  const score = await screen.findByRole("textbox", { name: "Lowest good score" });
  await userEvent.type(score, "lots");
  expect(score.hasAttribute("aria-invalid")).toBe(false);
  await userEvent.tab();
  expect(screen.getByText("Is no number. Give a number from 1 to 10, with a point before decimals.")).toBeTruthy();
  await userEvent.clear(score);
  await userEvent.type(score, "8");
  expect(score.hasAttribute("aria-invalid")).toBe(false);
});

test("what the API refuses of a node is told at the field that it comes from, and that has the focus", async () => {
  open("meeting-actions");
  answer = () =>
    Response.json(
      {
        title: "Invalid",
        errors: [
          { field: "customizations.definition.nodes[2].config.url", detail: "is not reached", remedy: "Give another." },
          { field: "customizations.name", detail: "is taken", remedy: "Give another." },
        ],
      },
      { status: 400 },
    );
  const address = await screen.findByRole("textbox", { name: "Task system" });
  await userEvent.type(address, "https://tasks.example");
  await submit();
  expect(await screen.findByText("“Create the task”: its url is not reached. Give another.")).toBeTruthy();
  expect(address.getAttribute("aria-invalid")).toBe("true");
  await waitFor(() => expect(document.activeElement).toBe(address));
  expect(screen.getByText("customizations.name is taken. Give another.")).toBeTruthy();
  await userEvent.type(address, "/new");
  expect(address.hasAttribute("aria-invalid")).toBe(false);
});

test("the sample that a template can be tried out with is offered, and none where it is to write", async () => {
  open("product-descriptions");
  const source = await screen.findByRole("combobox", { name: "Products" });
  await userEvent.selectOptions(source, "Products");
  await screen.findByRole("option", { name: "Ours" });
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Database" }), "Ours");
  expect(document.querySelectorAll("optgroup[label='Sample records']")).toHaveLength(1);
  await submit();
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent).toMatchObject([{ customizations: { dataSourceMappings: { PRODUCTS: "sample/products", DATABASE: "ds_1" } } }]);
});

test("what a data source cannot do is told at it", async () => {
  open("data-enrichment");
  answer = () =>
    Response.json(
      { title: "Invalid", errors: [{ field: "customizations.definition.nodes[3].config.recordId", detail: "is missing", remedy: "Choose a database." }] },
      { status: 400 },
    );
  const source = await screen.findByRole("combobox", { name: "Google Sheet" });
  await screen.findByRole("option", { name: "Ours" });
  await userEvent.selectOptions(source, "Ours");
  await submit();
  expect(await screen.findByText("“Update the sheet”: its recordId is missing. Choose a database.")).toBeTruthy();
  expect(source.getAttribute("aria-invalid")).toBe("true");
  expect(sent).toHaveLength(1);
});
