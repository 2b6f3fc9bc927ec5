import { ADA, FakeShop, answer } from "../testing/fakeShop";
import { seconds, texts, unsent, useVisits, visit } from "../testing/visits";

useVisits();

/** A shop that accepts one token only, and no sockets. */
function strictShop(token) {
  const shop = new FakeShop();
  const { fetch } = shop;
  shop.isBlocked = true;
  shop.tokens = [];
  shop.fetch = (url, request) => {
    if (request.method === "GET") return fetch(url, request);
    const sent = request.headers["X-CSRFToken"];
    shop.tokens.push(sent);
    return sent === token ? fetch(url, request) : answer(403, { detail: "CSRF Failed" });
  };
  return shop;
}

async function blocked(shop, csrf) {
  const ada = visit(shop, ADA, { csrf });
  ada.start();
  await seconds(30);
  expect(ada.state.link).toMatchObject({ phase: "blocked", isUp: true });
  return ada;
}

const csrf = ({ isAnew }) => (isAnew ? "new" : "old");

test("a token that was renewed elsewhere is read anew, and the message sent", async () => {
  const shop = strictShop("new");
  const ada = await blocked(shop, csrf);
  ada.send("Where is my book?");
  await seconds(1);
  expect(shop.tokens).toEqual(["old", "new"]);
  expect(texts(ada)).toEqual(["Where is my book?"]);
  expect(unsent(ada)).toEqual([]);
  expect(ada.state.link.phase).toBe("blocked");
});

test("if that is refused too the page is to be loaded anew, and the message is kept", async () => {
  const shop = strictShop("another");
  const ada = await blocked(shop, csrf);
  ada.send("Where is my book?");
  await seconds(60);
  expect(shop.tokens).toEqual(["old", "new"]);
  expect(ada.state.link).toEqual({ phase: "stopped", code: 403 });
  expect(unsent(ada)).toEqual([["Where is my book?", "waiting"]]);
  expect(localStorage).toHaveLength(1);
});

test.each([
  [401, 4001],
  [404, 4003],
])("%i stops it for good, without another try", async (status, code) => {
  const shop = strictShop("old");
  shop.fetch = jest.fn(async () => answer(status, {}));
  const ada = visit(shop, ADA, { csrf });
  ada.start();
  await seconds(60);
  expect(shop.fetch).toHaveBeenCalledTimes(1);
  expect(ada.state.link).toEqual({ phase: "stopped", code });
});
