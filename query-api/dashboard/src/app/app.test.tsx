import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { showTo } from "@/shared/api/client";
import { App } from "./app";

class Source extends EventTarget {
  static readonly CLOSED = 2;

  close() {}
}

/** Those of one browser: what is posted in one tab is told in all. */
class Channel extends EventTarget {
  static open = new Set<Channel>();

  constructor() {
    super();
    Channel.open.add(this);
  }

  postMessage(data: unknown) {
    Channel.open.forEach((channel) => channel !== this && channel.dispatchEvent(new MessageEvent("message", { data })));
  }

  close() {
    Channel.open.delete(this);
  }
}

const personOf = (id: string, name: string) => ({ id, name, email: `${id}@example.com`, hasPassword: true, features: {}, tier: "free", teams: [] as object[] });

const ANN = personOf("ann", "Ann");
const BEN = personOf("ben", "Ben");

/** Whose the cookie is by now; null if nobody's. */
let signedIn: typeof ANN | null = ANN;
let changes: string[] = [];
let asked: string[] = [];

/** As the server does, which knows whose the cookie is, and is told whom the page is shown to. */
async function serve(request: Request | string): Promise<Response> {
  const { url, method, headers } = typeof request === "string" ? { url: new URL(request, location.origin).href, method: "GET", headers: new Headers() } : request;
  const { pathname } = new URL(url);
  asked.push(pathname);
  if (pathname === "/api/auth/issuers") {
    return Response.json({ issuers: [], signUp: false });
  }
  if (pathname === "/api/auth/login") {
    const { email } = (await (request as Request).json()) as { email: string };
    signedIn = email === BEN.email ? BEN : ANN;
    return Response.json({ user: signedIn });
  }
  if (signedIn === null) {
    return Response.json({ detail: "The session has ended." }, { status: 401 });
  }
  const shownTo = headers.get("Prompt-Manage-Person");
  if (shownTo !== null && shownTo !== signedIn.id) {
    return Response.json({ code: "other_person", detail: `${signedIn.name} has signed in in this browser.` }, { status: 409 });
  }
  if (method === "POST" || method === "DELETE") {
    changes.push(`${signedIn.id} ${pathname}`);
    if (pathname === "/api/auth/logout") {
      signedIn = null;
      return new Response(null, { status: 204 });
    }
    return Response.json({ key: "pm_1", apiKey: {} });
  }
  return Response.json({ user: signedIn, apiKeys: [], budgets: [], alerts: [], unread: 0 });
}

async function open(address: string) {
  window.history.replaceState(null, "", address);
  render(<App />);
  await screen.findByRole("heading", { level: 1, name: "API keys" });
}

const look = () => act(() => void document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));

beforeEach(() => {
  showTo(null);
  signedIn = ANN;
  changes = [];
  asked = [];
  Channel.open.clear();
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("fetch", serve);
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("matchMedia", () => Object.assign(new EventTarget(), { matches: false }));
});

afterEach(() => vi.unstubAllGlobals());

test.each(["/nope", "/dashboard/nope", "/settings/nope"])("of %s it is said that there is nothing, and it stays in the address", async (address) => {
  window.history.replaceState(null, "", address);
  render(<App />);
  const heading = await screen.findByRole("heading", { level: 1, name: "There is no page at this address" });
  expect(heading.closest("main")).not.toBeNull();
  expect(location.pathname).toBe(address);
  await waitFor(() => expect(document.title).toBe("No such page · Prompt Manage"));
});

test("whoever signs out stands at the sign-in, which leads nowhere of theirs, and nothing of them is asked for any more", async () => {
  await open("/settings/api-keys");
  await userEvent.click(screen.getByRole("button", { name: /signed in as Ann/ }));
  asked = [];
  await userEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByRole("heading", { level: 1, name: "Sign in" })).toBeTruthy();
  await waitFor(() => expect(screen.queryByRole("heading", { level: 1, name: "API keys" })).toBeNull());
  expect(location.pathname + location.search).toBe("/sign-in");
  expect(asked.filter((path) => path !== "/api/auth/issuers")).toEqual(["/api/auth/logout"]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("someone else who signs in in another tab is told here, and nothing is saved as theirs", async () => {
  await open("/settings/api-keys");
  await userEvent.click(screen.getByRole("button", { name: "Create a key" }));
  await userEvent.type(screen.getByLabelText("Name"), "Mine");
  signedIn = BEN;
  await userEvent.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByRole("heading", { name: "Someone else has signed in" })).toBeTruthy();
  expect(screen.getAllByText(/Ben has signed in in this browser/).length).toBeGreaterThan(0);
  expect(changes).toEqual([]);
});

test.each([
  ["as soon as the other tab says so", () => act(() => new BroadcastChannel("prompt-manage session").postMessage(0))],
  ["when the page is seen again", look],
])("who is there is asked for %s", async (_, notice) => {
  await open("/settings/api-keys");
  signedIn = BEN;
  notice();
  expect(await screen.findByRole("heading", { name: "Someone else has signed in" })).toBeTruthy();
  // What was not saved can be looked at; the next thing that is asked says it again.
  await userEvent.click(screen.getByRole("button", { name: "Look at the page" }));
  expect(screen.getByRole("heading", { level: 1, name: "API keys" })).toBeTruthy();
  expect(screen.queryByRole("dialog")).toBeNull();
  look();
  expect(await screen.findByRole("dialog")).toBeTruthy();
});

const tellOfOtherTab = () => act(() => new BroadcastChannel("prompt-manage session").postMessage(0));

test("who looks at the page of before is left alone while it asks again by itself, until they would save something", async () => {
  await open("/settings/api-keys");
  signedIn = BEN;
  tellOfOtherTab();
  await userEvent.click(await screen.findByRole("button", { name: "Look at the page" }));
  for (let times = 1; times <= 2; times++) {
    asked = [];
    tellOfOtherTab();
    await waitFor(() => expect(asked).toContain("/api/auth/me"));
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(screen.queryByRole("dialog")).toBeNull();
  }
  await userEvent.click(screen.getByRole("button", { name: "Create a key" }));
  await userEvent.type(screen.getByLabelText("Name"), "Mine");
  await userEvent.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByRole("heading", { name: "Someone else has signed in" })).toBeTruthy();
  expect(changes).toEqual([]);
});

test("who was told of someone else goes on once they are signed in again themselves", async () => {
  await open("/settings/api-keys");
  signedIn = null;
  tellOfOtherTab();
  expect(await screen.findByRole("heading", { name: "Your session has ended" })).toBeTruthy();
  signedIn = BEN;
  tellOfOtherTab();
  expect(await screen.findByRole("heading", { name: "Someone else has signed in" })).toBeTruthy();
  expect(screen.queryByRole("heading", { name: "Your session has ended" })).toBeNull();
  asked = [];
  signedIn = ANN;
  tellOfOtherTab();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(asked).toContain("/api/token-tracking/budgets"));
});

test("whoever has signed out in another tab may sign in again there, and goes on here", async () => {
  await open("/settings/api-keys");
  signedIn = null;
  look();
  expect(await screen.findByRole("heading", { name: "Your session has ended" })).toBeTruthy();
  signedIn = ANN;
  act(() => new BroadcastChannel("prompt-manage session").postMessage(0));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByText(/You are signed in again/)).toBeTruthy();
  expect(screen.getByRole("heading", { level: 1, name: "API keys" })).toBeTruthy();
});

test("whoever signs in here is told to the other tabs, and what is asked from then on is theirs", async () => {
  await open("/settings/api-keys");
  await userEvent.click(screen.getByRole("button", { name: /signed in as Ann/ }));
  await userEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
  await userEvent.type(await screen.findByLabelText("E-mail"), BEN.email);
  await userEvent.type(screen.getByLabelText("Password"), "long enough");
  const told = vi.fn();
  new BroadcastChannel("prompt-manage session").addEventListener("message", told);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("button", { name: /signed in as Ben/ })).toBeTruthy();
  expect(told).toHaveBeenCalled();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("whoever comes to a page that is loaded anew, as after signing in elsewhere, is told to the other tabs", async () => {
  const told = vi.fn();
  new BroadcastChannel("prompt-manage session").addEventListener("message", told);
  signedIn = BEN;
  await open("/settings/api-keys");
  expect(told).toHaveBeenCalledTimes(1);
});

test("whoever is taken out of the team that they look at is told so, and goes on with what is theirs", async () => {
  signedIn = { ...ANN, teams: [{ id: "acme", name: "Acme", role: "owner", timezone: "UTC", tier: "free", features: {} }] };
  await open("/settings/api-keys");
  expect(screen.getByTestId("team-switcher").textContent).toBe("Acme");
  signedIn = ANN;
  look();
  expect(await screen.findByText("You are no longer in Acme.")).toBeTruthy();
  expect(screen.getByTestId("team-switcher").textContent).toBe("Personal");
});

test("the parts of a page are told from each other, so that none of them is left out or there twice", async () => {
  const complained = vi.spyOn(console, "error");
  await open("/settings/api-keys");
  expect(complained).not.toHaveBeenCalled();
  complained.mockRestore();
});
