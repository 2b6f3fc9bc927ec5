import { act, fireEvent, render, screen, within } from "@testing-library/preact";
import { CustomerService } from "./CustomerService";
import { makeCustomerServiceStore } from "../../lib/customerServiceStore";
import { findings } from "../../testing/axe";

const ME = { who: "staff-7", name: "Olive" };
const STATUSES = { 10: "New", 20: "Paid", 30: "Done" };
const NOW = Date.parse("2025-03-03T10:00:00Z");
const ADA = {
  order: 12,
  number: "ABCD-1234",
  customer: "Ada Lovelace",
  status: 20,
  dispatch_by: "2025-03-03T09:00:00.000Z",
  waiting_since: "2025-03-03T09:48:00.000Z",
  assignee: null,
  unread: 2,
  head: 5,
  last: { role: "customer", text: "Where is <b>my</b> book?" },
  changed_at: "2025-03-03T09:48:00.000Z",
};
const BO = {
  ...ADA,
  order: 13,
  customer: "Bo",
  status: 30,
  dispatch_by: null,
  waiting_since: null,
  assignee: ME,
  unread: 0,
  last: null,
};

let notices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  notices = { state: () => "off", turnOn: async () => "on", turnOff: () => "off" };
});

afterEach(() => jest.useRealTimers());

function open(rows, props) {
  const store = makeCustomerServiceStore({ rows, ...props }, { onWaiting: () => {} });
  const addressOf = (order) => `/customer-service/${order}/`;
  const page = { me: ME, statuses: STATUSES, store, addressOf, notices };
  return { ...render(<CustomerService {...page} />), store };
}

const words = () => screen.getAllByRole("listitem").map((line) => line.textContent);
const hear = (store, what) => act(() => store.hear(what));

test("each row says whose it is, what was said, who waits and who is on it", () => {
  open([BO, ADA]);
  const [ada, bo] = words();
  expect(ada).toContain("Ada Lovelace ABCD-1234 2 unread");
  expect(ada).toContain("Customer: Where is <b>my</b> book?");
  expect(ada).toContain("Paid Waiting for 12 minutes Dispatch by");
  expect(bo).toBe("Bo ABCD-1234 Done   Assigned to you ");
  expect(screen.getByText(/Dispatch by/).className).toBe("open-conversation-due text-bad");
  const links = screen.getAllByRole("link").map((link) => link.getAttribute("href"));
  expect(links).toEqual(["/customer-service/12/", "/customer-service/13/"]);
});

test("the time of waiting goes on", () => {
  open([ADA]);
  act(() => jest.advanceTimersByTime(120_000));
  expect(words()[0]).toContain("Waiting for 14 minutes");
});

test("events change the list, and the most urgent comes first", () => {
  const { store } = open([BO]);
  expect(screen.getByRole("status").textContent.trim()).toBe("Connecting …");
  hear(store, { phase: "open" });
  expect(screen.getByRole("status").textContent.trim()).toBe("Live");
  hear(store, { event: { type: "upsert", data: ADA } });
  expect(words().map((line) => line.slice(0, 3))).toEqual(["Ada", "Bo "]);
  const there = { 12: [{ who: "customer", name: "Ada" }, ME] };
  hear(store, { event: { type: "presence", data: there } });
  expect(words()[0]).toContain("Here now: Ada, you");
  hear(store, { event: { type: "remove", data: { order: 12 } } });
  hear(store, { event: { type: "remove", data: { order: 13 } } });
  expect(screen.queryByRole("listitem")).toBeNull();
  expect(screen.getByText("Nobody is waiting.")).toBeTruthy();
});

test("a link keeps the focus when its row moves", () => {
  const { store } = open([BO]);
  screen.getByRole("link", { name: "Bo" }).focus();
  hear(store, { event: { type: "upsert", data: ADA } });
  expect(document.activeElement.textContent).toBe("Bo");
});

test("it says when there are more than are shown", () => {
  open([ADA], { cut: true });
  expect(screen.getByText("Only the 1 most urgent are shown.")).toBeTruthy();
});

test("signed out, it says so, and where to go", () => {
  const { store } = open([]);
  hear(store, { phase: "stopped" });
  const status = screen.getByRole("status");
  expect(status.textContent).toBe("You’ve been signed out or no longer have access. Sign in");
  expect(within(status).getByRole("link").getAttribute("href")).toBe(window.location.pathname);
});

test("notifications are asked for by a button", async () => {
  open([ADA]);
  const button = screen.getByRole("button", { name: "Notify me when a customer is waiting" });
  expect(button.getAttribute("aria-pressed")).toBe("false");
  await act(async () => fireEvent.click(button));
  expect(button.getAttribute("aria-pressed")).toBe("true");
});

test("axe finds nothing", async () => {
  const { container } = open([ADA, BO], { cut: true });
  jest.useRealTimers();
  expect(await findings(container)).toEqual([]);
});
