import { ADA, FakeShop, OLIVE } from "../testing/fakeShop";
import { hasEarlier, hasGap, isBehind, lastSeq, reduce, startState } from "./conversationState";

/** A page loaded now, and welcomed: what everybody's state must end up as. */
function fresh(shop, me, { peers, last } = {}) {
  const { head, reads, conversation, live } = shop;
  const state = startState(shop.props(me, { last }));
  return reduce(state, { type: "welcome", head, me, reads, conversation, peers, live });
}

const talk = (...texts) => {
  const shop = new FakeShop();
  texts.forEach((text, index) => shop.say(index % 2 ? OLIVE : ADA, text));
  return shop;
};
const follow = (state, ...frames) => frames.reduce(reduce, state);
const messages = (items, more = false) => ({ type: "messages", items, more });
const unsent = (cid, changes) => ({ cid, text: "Hm", at: 0, status: "waiting", ...changes });
const person = (who, state) => ({ ...who, state });

describe("old state + events = fresh state", () => {
  test("messages", () => {
    const shop = talk("One", "Two");
    const old = fresh(shop, ADA);
    shop.say(OLIVE, "Three");
    shop.say(ADA, "Four");
    expect(follow(old, messages(shop.log.slice(2)))).toEqual(fresh(shop, ADA));
  });

  test("messages one by one, doubled, and in the wrong order", () => {
    const shop = talk("One");
    const old = fresh(shop, ADA);
    ["Two", "Three", "Four", "Five"].forEach((text) => shop.say(OLIVE, text));
    const one = (seq) => messages([shop.log[seq - 1]]);
    const state = follow(old, one(4), one(2), one(2), one(5), one(1), one(3), one(4));
    expect(state).toEqual(fresh(shop, ADA));
  });

  test("messages of the history", () => {
    const shop = talk("One", "Two", "Three", "Four", "Five");
    const old = fresh(shop, ADA, { last: 2 });
    expect(hasEarlier(old)).toBe(true);
    const state = follow(old, messages(shop.log.slice(1, 3)), messages(shop.log.slice(0, 1)));
    expect(state).toEqual(fresh(shop, ADA));
    expect(hasEarlier(state)).toBe(false);
  });

  test("read", () => {
    const shop = talk("One", "Two");
    const old = fresh(shop, ADA);
    shop.reads = { "staff-7": 2, customer: 1 };
    const late = { type: "read", who: "staff-7", upto: 1 };
    const frames = Object.entries(shop.reads).map(([who, upto]) => ({ type: "read", who, upto }));
    expect(follow(old, ...frames, late)).toEqual(fresh(shop, ADA));
  });

  test("typing", () => {
    const shop = talk("One");
    const old = fresh(shop, ADA);
    const on = follow(old, { type: "typing", who: "staff-7", on: true });
    expect(on.typing).toEqual({ "staff-7": true });
    expect(follow(on, { type: "typing", who: "staff-7", on: false })).toEqual(old);
    shop.say(OLIVE, "Two");
    expect(follow(on, messages(shop.log))).toEqual(fresh(shop, ADA));
  });

  test("presence", () => {
    const shop = talk("One");
    const old = fresh(shop, ADA, { peers: [person(ADA, "online")] });
    const came = follow(old, { type: "presence", ...person(OLIVE, "online") });
    expect(came).toEqual(fresh(shop, ADA, { peers: [person(ADA, "online"), person(OLIVE)] }));
    const typing = follow(came, { type: "typing", who: "staff-7", on: true });
    expect(follow(typing, { type: "presence", ...person(OLIVE, "offline") })).toEqual(old);
  });

  test("conversation", () => {
    const shop = talk("One");
    const old = fresh(shop, OLIVE);
    const assignee = { who: "staff-7", name: "Olive" };
    shop.conversation = { assignee, closed: true, waiting_since: "2025-03-03T10:00:00.000Z" };
    const state = follow(old, { type: "conversation", ...shop.conversation });
    expect(state).toEqual(fresh(shop, OLIVE));
  });

  test("ack and message, in either order", () => {
    const shop = talk("One");
    const old = { ...fresh(shop, ADA), unsent: [unsent("mine")] };
    const { item } = shop.say(ADA, "Hm", { cid: "mine" });
    const ack = { type: "ack", cid: "mine", seq: item.seq, id: item.id, at: item.at, dup: false };
    expect(follow(old, ack, messages([item]))).toEqual(fresh(shop, ADA));
    expect(follow(old, messages([item]), ack)).toEqual(fresh(shop, ADA));
    expect(follow(old, ack).unsent[0].status).toBe("stored");
  });

  test("heartbeat: the head is known, and what is missing with it", () => {
    const shop = talk("One");
    const old = fresh(shop, ADA);
    shop.say(OLIVE, "Two");
    const told = follow(old, { type: "heartbeat", head: 2 });
    expect(isBehind(told)).toBe(true);
    expect(lastSeq(told)).toBe(1);
    expect(follow(told, messages(shop.log.slice(1)))).toEqual(fresh(shop, ADA));
  });

  test("heartbeat: whether messages come at once, as long as it says so", () => {
    const shop = talk("One");
    const old = fresh(shop, ADA);
    expect(old.live).toBe(true);
    shop.live = false;
    const slow = follow(old, { type: "heartbeat", head: 1, live: false });
    expect(slow).toEqual(fresh(shop, ADA));
    expect(follow(slow, { type: "heartbeat", head: 1 })).toEqual(slow);
    shop.live = true;
    expect(follow(slow, { type: "heartbeat", head: 1, live: true })).toEqual(fresh(shop, ADA));
  });

  test("welcome: how long a heartbeat takes", () => {
    const old = startState(talk("One").props(ADA));
    expect(old.heartbeat).toBe(10);
    expect(follow(old, { type: "welcome", head: 1, heartbeat: 3 }).heartbeat).toBe(3);
  });

  test("welcome: all that was known of others is forgotten", () => {
    const shop = talk("One");
    const before = follow(fresh(shop, OLIVE, { peers: [person(ADA)] }), {
      type: "typing",
      who: "customer",
      on: true,
    });
    const { head, reads, conversation } = shop;
    const welcome = { type: "welcome", head, me: OLIVE, reads, conversation, peers: [] };
    expect(follow(before, welcome)).toEqual(fresh(shop, OLIVE));
  });
});

test("what does not join on is held back, never shown with a gap", () => {
  const shop = talk("One", "Two", "Three");
  const state = follow(startState(shop.props(ADA, { last: 0 })), messages([shop.log[2]]));
  expect(state.items).toEqual([]);
  expect(hasGap(state)).toBe(true);
  const whole = follow(state, messages(shop.log.slice(0, 2)));
  expect(whole.items).toEqual(shop.log);
  expect(hasGap(whole)).toBe(false);
});

test("one's own message stays in sight while it is held back behind a gap", () => {
  const shop = talk("One", "Two");
  shop.say(ADA, "Hm", { cid: "mine" });
  const old = { ...startState(shop.props(ADA, { last: 0 })), unsent: [unsent("mine")] };
  const state = follow(old, messages([shop.log[2]]));
  expect(state.unsent).toEqual([unsent("mine")]);
  const whole = follow(state, messages(shop.log.slice(0, 2)));
  expect(whole.items).toEqual(shop.log);
  expect(whole.unsent).toEqual([]);
});

test("stored further up than is shown, it does not stay at the end", () => {
  const shop = talk("One", "Two", "Three");
  const old = { ...startState(shop.props(ADA, { last: 1 })), unsent: [unsent("cid-1")] };
  expect(follow(old, { type: "ack", cid: "cid-1", seq: 1, dup: true }).unsent).toEqual([]);
});

test("history that does not join on is not shown", () => {
  const shop = talk("One", "Two", "Three", "Four");
  const old = fresh(shop, ADA, { last: 1 });
  expect(follow(old, messages(shop.log.slice(0, 2))).items).toEqual(shop.log.slice(3));
});

test.each([
  ["too_fast", { status: "waiting", code: "too_fast", reason: null }],
  ["unavailable", { status: "waiting", code: "unavailable", reason: null }],
  ["too_long", { status: "refused", code: "too_long", reason: "Too long." }],
])("refused for %s", (code, expected) => {
  const old = { ...startState(talk().props(ADA)), unsent: [unsent("mine"), unsent("other")] };
  const state = follow(old, { type: "refused", cid: "mine", code, text: "Too long." });
  expect(state.unsent).toEqual([unsent("mine", expected), unsent("other")]);
});

test.each([[{ type: "new" }], [{ type: "toString" }], [{}], [{ type: "goodbye", code: 4012 }]])(
  "%p changes nothing",
  (frame) => {
    const old = fresh(talk("One"), ADA);
    expect(reduce(old, frame)).toBe(old);
  },
);
