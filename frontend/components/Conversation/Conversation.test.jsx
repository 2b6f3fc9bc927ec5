import { act, fireEvent, render, screen } from "@testing-library/preact";
import { Conversation } from "./Conversation";
import { clock } from "../../lib/browser";
import { ConversationClient } from "../../lib/conversationClient";
import { Draft } from "../../lib/draft";
import { makeOutbox } from "../../lib/outbox";
import { findings } from "../../testing/axe";
import { ADA, FakeShop, OLIVE } from "../../testing/fakeShop";
import { FakeIntersectionObserver, scrollIntoView, setVisible } from "../../testing/fakeView";

const EXPECTATION = "We usually reply within 12 minutes.";
let cids = 0;
let client;

beforeEach(() => {
  jest.useFakeTimers();
  localStorage.clear();
  window.IntersectionObserver = FakeIntersectionObserver;
  setVisible(true);
});

afterEach(() => {
  client.stop();
  jest.useRealTimers();
});

const seconds = (count) => act(() => jest.advanceTimersByTimeAsync(count * 1000));
const lines = () => screen.getAllByRole("listitem").map((line) => line.textContent);
const field = () => screen.getByRole("textbox", { name: "Your message" });
const statuses = () => screen.getAllByRole("status").map(({ textContent }) => textContent.trim());

async function open(shop, me = ADA, { last, storage = localStorage, ...props } = {}) {
  const draft = new Draft(storage, "12");
  client = new ConversationClient({
    props: shop.props(me, { last }),
    outbox: makeOutbox(storage, "12"),
    openSocket: () => shop.connect(me),
    fetch: shop.fetch,
    csrf: () => "",
    clock,
    random: () => 0.5,
    makeCid: () => `cid-${(cids += 1)}-made`,
  });
  const page = render(
    <Conversation client={client} draft={draft} expectation={EXPECTATION} {...props} />,
  );
  client.start();
  await seconds(1);
  return page;
}

function write(text) {
  fireEvent.input(field(), { target: { value: text } });
  fireEvent.keyDown(field(), { key: "Enter" });
}

test("two people talk, and see that the other has read", async () => {
  const shop = new FakeShop();
  await open(shop);
  expect(statuses()).toEqual([EXPECTATION, "", "Live"]);
  write("Where is my book?");
  expect(field().value).toBe("");
  expect(lines().at(-1)).toContain("Sending …");
  await seconds(1);
  expect(lines().at(-1)).toMatch(/^Ada Lovelace .*Where is my book\?Sent$/);

  const olive = shop.connect(OLIVE);
  await seconds(1);
  shop.receive(olive, { type: "hello", after: 0 });
  shop.tell({ type: "presence", ...OLIVE, state: "online" });
  shop.receive(olive, { type: "read", upto: 1 });
  shop.receive(olive, { type: "typing", on: true });
  await seconds(1);
  expect(lines().at(-1)).toMatch(/Read$/);
  expect(statuses().slice(0, 2)).toEqual([
    "Olive from customer service is here.",
    "Olive is writing …",
  ]);
  shop.say(OLIVE, "On its way.");
  await seconds(1);
  expect(lines().at(-1)).toMatch(/^Olive .*On its way\.$/);
  expect(statuses()[1]).toBe("");
});

test("offline it says how much waits, and keeps it in sight", async () => {
  const shop = new FakeShop();
  await open(shop);
  shop.isUp = false;
  act(() => shop.closeAll(1006));
  write("One");
  write("Two");
  expect(statuses()[2]).toBe("Offline: 2 messages waiting to be sent");
  expect(
    lines()
      .slice(1)
      .map((line) => line.slice(-15)),
  ).toEqual(["Waiting to send", "Waiting to send"]);
  shop.isUp = true;
  await seconds(10);
  expect(statuses()[2]).toBe("Live");
  expect(shop.log.map(({ text }) => text)).toEqual(["One", "Two"]);
});

test("what was refused can be written anew, or discarded", async () => {
  const shop = new FakeShop();
  await open(shop);
  const { receive } = shop;
  shop.receive = (socket, frame) =>
    frame.type === "send"
      ? socket.tell({ type: "refused", cid: frame.cid, code: "bad_text", text: "No text." })
      : receive.call(shop, socket, frame);
  write("One");
  write("Two");
  await seconds(1);
  expect(screen.getAllByText("Not sent: No text.")).toHaveLength(2);
  fireEvent.click(screen.getAllByRole("button", { name: "Edit" })[0]);
  await seconds(0);
  expect(field().value).toBe("One");
  expect(document.activeElement).toBe(field());
  fireEvent.click(screen.getByRole("button", { name: "Discard" }));
  await seconds(0);
  expect(screen.queryByText("Not sent: No text.")).toBeNull();
  // Which of the two is back in the field.
  expect({ ...localStorage }).toEqual({ "booktime.draft.12": "One" });
});

test("additions are said aloud, history is not", async () => {
  const shop = new FakeShop();
  for (let count = 1; count <= 30; count += 1) shop.say(OLIVE, `Line ${count}`);
  await open(shop, ADA, { last: 10 });
  const log = screen.getByRole("log", { name: "Messages" });
  const announced = () => [log.getAttribute("aria-live"), log.getAttribute("aria-relevant")];
  expect(announced()).toEqual(["polite", "additions"]);
  const button = screen.getByRole("button", { name: "Show earlier" });
  button.focus();
  fireEvent.click(button);
  await seconds(0);
  expect(announced()[0]).toBe("off");
  await seconds(0.1);
  expect(lines()).toHaveLength(31);
  expect(announced()[0]).toBe("off");
  // The button is gone, and the focus has not moved.
  expect(document.activeElement).toBe(log);
  await seconds(2);
  expect(announced()[0]).toBe("polite");
});

test("it is read when its end is in view of somebody", async () => {
  const shop = new FakeShop();
  shop.say(OLIVE, "One");
  await open(shop);
  act(() => scrollIntoView(false));
  await seconds(1);
  expect(shop.reads).toEqual({});
  setVisible(false);
  act(() => scrollIntoView(true));
  await seconds(1);
  expect(shop.reads).toEqual({});
  setVisible(true);
  await seconds(1);
  expect(shop.reads).toEqual({ customer: 1 });
});

test.each([
  [4001, "You are signed out. What you wrote is saved here. Sign in again"],
  [
    4015,
    "The shop has been updated since you opened this page. What you wrote is saved here. Reload the page",
  ],
])("after %i only a new page helps", async (code, words) => {
  const shop = new FakeShop();
  await open(shop);
  act(() => shop.closeAll(code));
  // Signed out may mean signed in again: the client tries once.
  await seconds(5);
  act(() => shop.closeAll(code));
  await seconds(60);
  expect(statuses()[2]).toBe(words);
  expect(screen.getByRole("link").getAttribute("href")).toBe(window.location.pathname);
  expect(field().readOnly).toBe(true);
});

test("signed out it does not say that it keeps what it cannot", async () => {
  const shop = new FakeShop();
  await open(shop, ADA, { storage: null });
  fireEvent.input(field(), { target: { value: "Half a sen" } });
  act(() => shop.closeAll(4001));
  await seconds(5);
  act(() => shop.closeAll(4001));
  expect(statuses()[2]).toBe(
    "You are signed out. Your browser can’t save what you wrote: copy it before you leave this page. Sign in again",
  );
  expect(field().value).toBe("Half a sen");
});

test("hours are said to be the shop's where the reader's clock is another", async () => {
  const expectation = "We’re closed and open again on Monday at 09:00.";
  await open(new FakeShop(), ADA, { expectation, zone: "Asia/Kathmandu" });
  expect(statuses()[0]).toBe("We’re closed and open again on Monday at 09:00 (shop time).");
});

test("text stays text", async () => {
  const shop = new FakeShop();
  shop.say(OLIVE, '<img src="x" onerror="alert(1)">');
  const { container } = await open(shop);
  expect(container.querySelector("img")).toBeNull();
  expect(lines().at(-1)).toContain('<img src="x" onerror="alert(1)">');
});

test("axe finds nothing", async () => {
  const shop = new FakeShop();
  shop.say({ who: "system", name: "BookTime", role: "system" }, "Placed.", { kind: "system" });
  for (let count = 1; count <= 5; count += 1) shop.say(count % 2 ? ADA : OLIVE, `Line ${count}`);
  const canned = [{ name: "Sent", text: "Your order {order_number} is sent." }];
  const { container } = await open(shop, OLIVE, { last: 3, canned });
  jest.useRealTimers();
  expect(await findings(container)).toEqual([]);
});
