import { ADA, FakeShop } from "../testing/fakeShop";
import { live, refuseAll, seconds, sent, texts, unsent, useVisits, visit } from "../testing/visits";
import { makeOutbox } from "./outbox";

useVisits();

const PREFIX = "booktime.unsent.12.customer.";
const stored = (cid) => ({ key: PREFIX + cid, newValue: localStorage.getItem(PREFIX + cid) });

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
