import { ADA, FakeShop, OLIVE, answer } from "../testing/fakeShop";
import { live, seconds, texts, unsent, useVisits, visit } from "../testing/visits";

useVisits();

describe("without sockets", () => {
  test("after three that never opened it goes on over HTTP, and comes back", async () => {
    const shop = new FakeShop();
    shop.isBlocked = true;
    shop.say(OLIVE, "One");
    const ada = visit(shop, ADA, { last: 0 });
    ada.start();
    await seconds(20);
    expect(ada.state.link).toMatchObject({ phase: "blocked", isUp: true });
    ada.send("Two");
    await seconds(6);
    shop.say(OLIVE, "Three");
    await seconds(6);
    expect(texts(ada)).toEqual(["One", "Two", "Three"]);
    expect(unsent(ada)).toEqual([]);
    const post = shop.received.find(({ type }) => type === "http POST /messages/");
    expect(post.headers["Idempotency-Key"]).toBe(ada.state.items[1].cid);
    expect(post.headers["X-CSRFToken"]).toBe("token");

    shop.isBlocked = false;
    await seconds(31);
    expect(ada.state.link.phase).toBe("open");
    const before = shop.received.length;
    await seconds(9);
    expect(shop.received.slice(before).map(({ type }) => type)).toEqual(["heartbeat"]);
  });

  test("a shop that is away is no block: it is back within ten seconds", async () => {
    const shop = new FakeShop();
    const ada = await live(shop, ADA, { random: () => 0.99 });
    shop.isUp = false;
    shop.closeAll(1006);
    ada.send("One");
    await seconds(60);
    expect(ada.state.link).toMatchObject({ phase: "blocked", isUp: false });
    shop.isUp = true;
    await seconds(10);
    expect(ada.state.link.phase).toBe("open");
    expect(texts(ada)).toEqual(["One"]);
  });

  test.each([
    [429, { detail: "Slow." }, ["waiting", null]],
    [503, {}, ["waiting", null]],
    [400, { detail: "No.", code: "too_long" }, ["refused", "No."]],
    [409, { detail: "Taken." }, ["refused", "Taken."]],
  ])("%i to a message over HTTP", async (status, body, [expected, reason]) => {
    const shop = new FakeShop();
    shop.isBlocked = true;
    shop.postAnswer = answer(status, body);
    const ada = await live(shop);
    await seconds(10);
    ada.send("Hm");
    await seconds(1);
    expect(ada.state.unsent[0]).toMatchObject({ status: expected, reason });
    expect(shop.log).toEqual([]);
  });

  test("an end of the session is noticed there too", async () => {
    const shop = new FakeShop();
    shop.isBlocked = true;
    shop.fetch = async () => answer(401, {});
    const ada = visit(shop);
    ada.start();
    await seconds(10);
    expect(ada.state.link).toEqual({ phase: "stopped", code: 4001 });
  });
});

/** A minute of two people talking while everything goes wrong; returns what each of them sees. */
async function badMinute({ seed, deafTo = [] }) {
  let number = seed;
  const random = () => (number = (number * 16807) % 2147483647) / 2147483647;
  const shop = new FakeShop({ random });
  shop.lost = 30;
  const [ada, olive] = [visit(shop, ADA, { random }), visit(shop, OLIVE, { random })];
  const receive = shop.receive.bind(shop);
  shop.receive = (socket, frame) => deafTo.includes(frame.type) || receive(socket, frame);
  ada.start();
  olive.start();
  for (let second = 0; second < 60; second += 1) {
    [ada, olive].forEach(
      (client) => random() < 0.3 && client.send(`${client.state.me.who} ${second}`),
    );
    if (random() < 0.1) shop.closeAll(random() < 0.5 ? 1006 : 4012);
    shop.isUp = random() > 0.1;
    await seconds(1);
  }
  shop.lost = 0;
  shop.isUp = true;
  await seconds(45);
  return { shop, ada, olive };
}

describe("a bad minute", () => {
  test.each([[1], [2], [3]])(
    "loses nothing, doubles nothing, keeps the order (%i)",
    async (seed) => {
      const { shop, ada, olive } = await badMinute({ seed });
      await seconds(45);
      expect(shop.head).toBeGreaterThan(20);
      expect(ada.state.items).toEqual(shop.log);
      expect(olive.state.items).toEqual(shop.log);
      expect([unsent(ada), unsent(olive)]).toEqual([[], []]);
      expect(new Set(shop.log.map(({ text }) => text)).size).toBe(shop.head);
      const bySender = shop.log.filter(({ who }) => who === "customer").map(({ text }) => text);
      expect(bySender).toEqual([...bySender].sort((a, b) => a.split(" ")[1] - b.split(" ")[1]));
    },
  );

  test("without asking for what is missing, it stays missing", async () => {
    const { shop, ada, olive } = await badMinute({ seed: 1, deafTo: ["fetch"] });
    const shown = [ada, olive].map((client) => client.state.items.length);
    expect(Math.min(...shown)).toBeLessThan(shop.head);
  });
});
