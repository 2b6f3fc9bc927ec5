import { makeOutbox } from "./outbox";

const PREFIX = "booktime.unsent.12.customer.";
const message = (cid, at, more) => ({ cid, text: `Text ${cid}`, at, status: "waiting", ...more });

beforeEach(() => localStorage.clear());

test("what is kept comes back in the order of writing", () => {
  const outbox = makeOutbox(localStorage, "12.customer");
  outbox.keep(message("b", 2));
  outbox.keep(message("a", 3, { status: "refused", code: "too_long", reason: "Too long." }));
  outbox.keep(message("c", 1));
  expect(makeOutbox(localStorage, "12.customer").load()).toEqual([
    message("c", 1, { code: null, reason: null }),
    message("b", 2, { code: null, reason: null }),
    message("a", 3, { status: "refused", code: "too_long", reason: "Too long." }),
  ]);
  outbox.forget("b");
  expect(outbox.load().map(({ cid }) => cid)).toEqual(["c", "a"]);
});

test("another order's, and another person's, are not mixed in", () => {
  makeOutbox(localStorage, "12.customer").keep(message("a", 1));
  expect(makeOutbox(localStorage, "1.customer").load()).toEqual([]);
  expect(makeOutbox(localStorage, "12.staff-7").load()).toEqual([]);
});

test("a change of the storage concerns it, or not", () => {
  const outbox = makeOutbox(localStorage, "12.customer");
  expect(outbox.owns(`${PREFIX}a`)).toBe(true);
  expect(outbox.owns("booktime.unsent.13.customer.a")).toBe(false);
});

test("what another tab did is read from the event", () => {
  const outbox = makeOutbox(localStorage, "12.customer");
  const key = `${PREFIX}a`;
  const newValue = JSON.stringify({ text: "Hm", at: 1 });
  const kept = { cid: "a", text: "Hm", at: 1, code: null, reason: null, status: "waiting" };
  expect(outbox.told({ key, newValue })).toEqual({ cid: "a", message: kept });
  expect(outbox.told({ key, newValue: null })).toEqual({ cid: "a", message: null });
});

test.each([["no JSON"], ["null"], ['{"text": 5}'], ["[]"]])(
  "%p in the storage is nothing",
  (text) => {
    localStorage.setItem(`${PREFIX}a`, text);
    expect(makeOutbox(localStorage, "12.customer").load()).toEqual([]);
  },
);

test("a storage that is full or missing breaks nothing", () => {
  const full = {
    setItem: () => {
      throw new Error("full");
    },
  };
  for (const storage of [null, full]) {
    const outbox = makeOutbox(storage, "12.customer");
    expect(outbox.keep(message("a", 1))).toBe(false);
    expect(() => outbox.forget("a")).not.toThrow();
    expect(outbox.load()).toEqual([]);
  }
});
