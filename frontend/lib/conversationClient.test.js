import { ADA, FakeShop, OLIVE } from "../testing/fakeShop";
import { live, refuseAll, seconds, sent, texts, unsent, useVisits, visit } from "../testing/visits";

useVisits();

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
