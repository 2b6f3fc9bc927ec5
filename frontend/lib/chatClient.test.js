import { ADA, FakeShop, OLIVE } from "../testing/fakeShop";
import { live, seconds, texts, unsent, useVisits, visit } from "../testing/visits";
import { makeOutbox } from "./outbox";

useVisits();

const PREFIX = "booktime.unsent.12.customer.";
const stored = (cid) => ({ key: PREFIX + cid, newValue: localStorage.getItem(PREFIX + cid) });

const sent = (shop, type) => shop.received.filter((frame) => frame.type === type);

describe("talking", () => {
  test("what is said is shown once to both, and is no longer kept", async () => {
    const shop = new FakeShop();
    const [ada, olive] = [await live(shop), await live(shop, OLIVE)];
    ada.send("Where is my book?");
    expect(unsent(ada)).toEqual([["Where is my book?", "waiting"]]);
    expect(localStorage).toHaveLength(1);
    await seconds(1);
    olive.send("On its way.");
    await seconds(1);
    expect(texts(ada)).toEqual(["Where is my book?", "On its way."]);
    expect(texts(olive)).toEqual(texts(ada));
    expect(unsent(ada)).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  test("messages go one after the other: what is refused for now holds up the rest", async () => {
    const shop = new FakeShop();
    const ada = await live(shop);
    const { receive } = shop;
    shop.receive = (socket, frame) => {
      if (frame.type !== "send") return receive.call(shop, socket, frame);
      const refusal = { type: "refused", cid: frame.cid, code: "too_fast", retry_after: 2 };
      return socket.tell(refusal);
    };
    ada.send("One");
    ada.send("Two");
    await seconds(1);
    shop.receive = receive;
    await seconds(0.5);
    expect(shop.log).toEqual([]);
    await seconds(2);
    expect(texts(ada)).toEqual(["One", "Two"]);
  });

  test("what is refused stays, with the reason, until it is taken back", async () => {
    const shop = new FakeShop();
    const ada = await live(shop);
    refuseAll(shop, { code: "too_long", text: "Too long." });
    ada.send("Long");
    await seconds(1);
    expect(ada.state.unsent[0]).toMatchObject({ status: "refused", reason: "Too long." });
    const later = visit(shop);
    expect(later.state.unsent[0]).toMatchObject({ status: "refused", reason: "Too long." });
    expect(ada.takeBack(ada.state.unsent[0].cid)).toBe("Long");
    expect(ada.state.unsent).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  test("a message without an answer is sent again, under the same key", async () => {
    const shop = new FakeShop();
    const ada = await live(shop);
    const { receive } = shop;
    shop.receive = (socket, frame) => frame.type === "send" && shop.received.push(frame);
    ada.send("One");
    await seconds(5);
    shop.receive = receive;
    await seconds(6);
    const [first, second, ...more] = sent(shop, "send");
    expect(second).toEqual(first);
    expect(more).toEqual([]);
    expect(texts(ada)).toEqual(["One"]);
  });
});

function refuseAll(shop, refusal) {
  const { receive } = shop;
  shop.receive = (socket, frame) =>
    frame.type === "send"
      ? socket.tell({ type: "refused", cid: frame.cid, ...refusal })
      : receive.call(shop, socket, frame);
}

describe("what is not yet sent", () => {
  test("survives a reload, and is sent once", async () => {
    const shop = new FakeShop();
    shop.isUp = false;
    const before = await live(shop);
    before.send("One");
    before.send("Two");
    before.stop();
    await seconds(1);
    shop.isUp = true;
    const after = await live(shop);
    expect(texts(after)).toEqual(["One", "Two"]);
    expect(unsent(after)).toEqual([]);
    expect(sent(shop, "send")).toHaveLength(2);
  });

  test("was stored though the answer got lost: it is not shown twice", async () => {
    const shop = new FakeShop();
    const outbox = makeOutbox(localStorage, "12.customer");
    outbox.keep({ cid: "cid-known", text: "One", at: 1, status: "waiting" });
    shop.say(ADA, "One", { cid: "cid-known" });
    const ada = await live(shop, ADA, { last: 0 });
    expect(texts(ada)).toEqual(["One"]);
    expect(unsent(ada)).toEqual([]);
    expect(outbox.load()).toEqual([]);
  });

  test("was shown by the page already: it is neither shown twice nor kept", async () => {
    const shop = new FakeShop();
    const outbox = makeOutbox(localStorage, "12.customer");
    outbox.keep({ cid: "cid-known", text: "One", at: 1, status: "waiting" });
    shop.say(ADA, "One", { cid: "cid-known" });
    const ada = visit(shop);
    expect(unsent(ada)).toEqual([]);
    expect(outbox.load()).toEqual([]);
  });

  test("is shared by two tabs, and stored once", async () => {
    const shop = new FakeShop();
    shop.isUp = false;
    const [one, two] = [await live(shop), await live(shop)];
    one.send("Hm");
    const { cid } = one.state.unsent[0];
    two.unsentChanged(stored(cid));
    expect(unsent(two)).toEqual([["Hm", "waiting"]]);
    shop.isUp = true;
    await seconds(10);
    expect(shop.log.map(({ text }) => text)).toEqual(["Hm"]);
    expect([texts(one), texts(two)]).toEqual([["Hm"], ["Hm"]]);
    expect([unsent(one), unsent(two)]).toEqual([[], []]);
    two.unsentChanged({ key: PREFIX + cid, newValue: JSON.stringify({ text: "Hm", at: 1 }) });
    expect(unsent(two)).toEqual([]);
  });

  test("stays in sight when another tab has the answer before this one has the message", async () => {
    const shop = new FakeShop();
    const [one, two] = [await live(shop), await live(shop)];
    shop.open[1].tell = () => {}; // two hears nothing for now
    one.send("Hm");
    const { cid } = one.state.unsent[0];
    two.unsentChanged(stored(cid));
    await seconds(1);
    expect(localStorage).toHaveLength(0);
    two.unsentChanged({ key: PREFIX + cid, newValue: null });
    expect(unsent(two)).toEqual([["Hm", "waiting"]]);
    two.drop();
    await seconds(10);
    expect([texts(two), unsent(two)]).toEqual([["Hm"], []]);
    expect(shop.head).toBe(1);
  });

  test("goes from a tab when it was refused, and another tab took it back", async () => {
    const shop = new FakeShop();
    const [one, two] = [await live(shop), await live(shop)];
    refuseAll(shop, { code: "bad_text", text: "No." });
    one.send("Hm");
    const { cid } = one.state.unsent[0];
    two.unsentChanged(stored(cid));
    await seconds(1);
    two.unsentChanged(stored(cid));
    expect(unsent(two)).toEqual([["Hm", "refused"]]);
    one.takeBack(cid);
    two.unsentChanged({ key: PREFIX + cid, newValue: null });
    expect(unsent(two)).toEqual([]);
  });

  test("outlives a storage that is cleared, and is kept anew", async () => {
    const shop = new FakeShop();
    shop.isUp = false;
    const ada = await live(shop);
    ada.send("One");
    localStorage.clear();
    ada.unsentLost();
    expect(unsent(ada)).toEqual([["One", "waiting"]]);
    expect(localStorage).toHaveLength(1);
    shop.isUp = true;
    await seconds(10);
    expect(texts(ada)).toEqual(["One"]);
    expect(localStorage).toHaveLength(0);
  });

  test("is known not to be kept while the storage is full, and is sent all the same", async () => {
    const shop = new FakeShop();
    shop.isUp = false;
    let isFull = true;
    const storage = {
      getItem: () => null,
      removeItem: () => {},
      setItem: jest.fn(() => {
        if (isFull) throw new Error("full");
      }),
    };
    const ada = await live(shop, ADA, { storage });
    ada.send("One");
    expect(ada.state.unsent[0]).toMatchObject({ text: "One", isUnkept: true });
    ada.unsentChanged({ key: `${PREFIX}other`, newValue: null });
    ada.unsentLost();
    expect(ada.state.unsent[0].isUnkept).toBe(true);
    isFull = false;
    ada.unsentLost();
    expect(ada.state.unsent[0].isUnkept).toBeUndefined();
    shop.isUp = true;
    await seconds(10);
    expect([texts(ada), unsent(ada)]).toEqual([["One"], []]);
  });

  test("waits where nothing can be kept", async () => {
    const shop = new FakeShop();
    const ada = await live(shop, ADA, { storage: null });
    ada.send("One");
    await seconds(1);
    expect(texts(ada)).toEqual(["One"]);
  });
});

describe("catching up", () => {
  test("a long absence comes in pages, in order, each once", async () => {
    const shop = new FakeShop();
    const ada = await live(shop);
    shop.closeAll(1006);
    for (let count = 1; count <= 250; count += 1) shop.say(OLIVE, `Line ${count}`);
    await seconds(2);
    expect(ada.state.items).toEqual(shop.log);
    expect(sent(shop, "hello").at(-1)).toEqual({ type: "hello", after: 0, v: 1 });
    expect(sent(shop, "fetch").map(({ after }) => after)).toEqual([100, 200]);
  });

  test("a last message that got lost is noticed by the heartbeat", async () => {
    const shop = new FakeShop();
    const ada = await live(shop);
    shop.lost = 100;
    shop.say(OLIVE, "Lost");
    await seconds(0.1);
    shop.lost = 0;
    expect(texts(ada)).toEqual([]);
    await seconds(10);
    expect(texts(ada)).toEqual(["Lost"]);
  });

  test("a gap is fetched, and not shown", async () => {
    const shop = new FakeShop();
    const ada = await live(shop);
    shop.lost = 100;
    shop.say(OLIVE, "One");
    shop.lost = 0;
    const shown = [];
    ada.subscribe(() => shown.push(texts(ada)));
    shop.say(OLIVE, "Two");
    await seconds(0.5);
    expect(texts(ada)).toEqual(["One", "Two"]);
    expect(shown).not.toContainEqual(["Two"]);
  });

  test("the history is shown on demand, up to the beginning", async () => {
    const shop = new FakeShop();
    for (let count = 1; count <= 120; count += 1) shop.say(OLIVE, `Line ${count}`);
    const ada = await live(shop, ADA, { last: 10 });
    ada.showEarlier();
    expect(ada.state.loadingEarlier).toBe(true);
    ada.showEarlier();
    await seconds(1);
    expect(ada.state.items[0].seq).toBe(11);
    expect(ada.state.loadingEarlier).toBe(false);
    ada.showEarlier();
    await seconds(1);
    expect(ada.state.items).toEqual(shop.log);
    ada.showEarlier();
    expect(sent(shop, "fetch")).toHaveLength(2);
  });
});

describe("being there", () => {
  test("what is in view is said to be read, once, and not while nobody looks", async () => {
    const shop = new FakeShop();
    shop.say(OLIVE, "One");
    const ada = await live(shop);
    expect(sent(shop, "read")).toEqual([]);
    ada.attend(true);
    await seconds(1);
    shop.say(OLIVE, "Two");
    await seconds(1);
    ada.attend(false);
    shop.say(OLIVE, "Three");
    await seconds(1);
    expect(sent(shop, "read").map(({ upto }) => upto)).toEqual([1, 2]);
  });

  test("writing is said every three seconds, and shown for six", async () => {
    const shop = new FakeShop();
    const [ada, olive] = [await live(shop), await live(shop, OLIVE)];
    for (let key = 0; key < 8; key += 1) {
      ada.typing(true);
      await seconds(0.5);
    }
    expect(sent(shop, "typing")).toHaveLength(2);
    expect(olive.state.typing).toEqual({ customer: true });
    await seconds(6);
    expect(olive.state.typing).toEqual({});
    ada.typing(true);
    ada.typing(false);
    await seconds(0.1);
    expect(
      sent(shop, "typing")
        .slice(2)
        .map(({ on }) => on),
    ).toEqual([true, false]);
    expect(olive.state.typing).toEqual({});
  });
});
