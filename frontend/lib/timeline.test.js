import { ADA, FakeShop, OLIVE } from "../testing/fakeShop";
import { startState } from "./conversationState";
import { timeline } from "./timeline";

const open = { phase: "open" };
const rows = (shop, me, more) => timeline({ ...startState(shop.props(me)), link: open, ...more });
const marks = (list) => list.filter(({ kind }) => kind !== "day").map(({ mark }) => mark);

function talk() {
  const shop = new FakeShop();
  const SHOP = { who: "system", name: "BookTime", role: "system" };
  shop.say(SHOP, "The order was placed.", { kind: "system" });
  shop.say(ADA, "One");
  shop.say(ADA, "Two");
  shop.say(OLIVE, "Three");
  shop.say(ADA, "Four");
  return shop;
}

test("what the other side has read is marked where they are, and the last as sent", () => {
  const shop = talk();
  expect(marks(rows(shop, ADA))).toEqual([null, null, null, null, "Sent"]);
  shop.reads = { "staff-7": 3, customer: 5 };
  expect(marks(rows(shop, ADA))).toEqual([null, null, "Read", null, "Sent"]);
  shop.reads = { "staff-7": 3, "staff-8": 5 };
  expect(marks(rows(shop, ADA))).toEqual([null, null, null, null, "Read"]);
});

test("for staff only the customer's reading counts", () => {
  const shop = talk();
  shop.reads = { "staff-8": 5 };
  expect(marks(rows(shop, OLIVE))).toEqual([null, null, null, "Sent", null]);
  shop.reads = { customer: 4 };
  expect(marks(rows(shop, OLIVE))).toEqual([null, null, null, "Read", null]);
});

test("a heading stands before each day", () => {
  const shop = talk();
  shop.log[0].at = "2025-02-28T12:00:00.000Z";
  const list = rows(shop, ADA);
  expect(list.map(({ kind }) => kind)).toEqual([
    "day",
    "system",
    "day",
    "text",
    "text",
    "text",
    "text",
  ]);
  expect(list[0].words).toBe("Friday, 28 February 2025");
});

test("what could not be sent the day before stands at the end, under no day of its own", () => {
  const unsent = ["2025-03-02", "2025-03-04"].map((day) => ({
    cid: day,
    text: "Hm",
    at: Date.parse(day),
    status: "refused",
  }));
  const list = rows(talk(), ADA, { unsent });
  expect(list.map(({ kind }) => kind).slice(-4)).toEqual(["text", "text", "day", "text"]);
  expect(list.at(-2).words).toBe("Tuesday, 4 March 2025");
});

test("a message keeps its key when it is stored", () => {
  const shop = new FakeShop();
  const message = { cid: "mine", text: "Hm", at: Date.UTC(2025, 2, 3), status: "waiting" };
  const before = rows(shop, ADA, { unsent: [message] });
  shop.say(ADA, "Hm", { cid: "mine" });
  expect(before.at(-1).key).toBe("mine");
  expect(rows(shop, ADA).at(-1).key).toBe("mine");
});

test.each([
  [{ status: "waiting" }, open, { mark: "Sending …", isPending: true }],
  [{ status: "waiting" }, { phase: "blocked", isUp: true }, { mark: "Sending …" }],
  [{ status: "waiting" }, { phase: "waiting" }, { mark: "Waiting to send", isPending: true }],
  [
    { status: "waiting", isUnkept: true },
    { phase: "waiting" },
    { mark: "Not sent yet: it will be lost if you leave this page" },
  ],
  [{ status: "stored" }, open, { mark: "Sent", isPending: false }],
  [{ status: "refused", reason: "No." }, open, { mark: null, reason: "No.", isPending: false }],
])("%j on %j", (changes, link, expected) => {
  const message = { cid: "mine", text: "Hm", at: 0, ...changes };
  expect(rows(new FakeShop(), ADA, { unsent: [message], link }).at(-1)).toMatchObject(expected);
});
