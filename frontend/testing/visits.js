// Clients of a FakeShop, on Jest's clock; call useVisits() at the top of a test file.
import { ADA } from "./fakeShop";
import { clock } from "../lib/browser";
import { ConversationClient } from "../lib/conversationClient";
import { makeOutbox } from "../lib/outbox";

let cids = 0;
let clients = [];

export function useVisits() {
  beforeEach(() => {
    jest.useFakeTimers();
    localStorage.clear();
  });

  afterEach(() => {
    clients.forEach((client) => client.stop());
    clients = [];
    jest.useRealTimers();
  });
}

export const seconds = (count) => jest.advanceTimersByTimeAsync(count * 1000);
export const texts = (client) => client.state.items.map(({ text }) => text);
export const unsent = (client) => client.state.unsent.map(({ text, status }) => [text, status]);

/** A client that is not yet connected. */
export function visit(shop, me = ADA, options = {}) {
  const { last, random = () => 0.5, storage = localStorage, csrf = () => "token" } = options;
  const client = new ConversationClient({
    props: shop.props(me, { last }),
    outbox: makeOutbox(storage, `12.${me.who}`),
    openSocket: () => shop.connect(me),
    fetch: shop.fetch,
    csrf,
    clock,
    random,
    makeCid: () => `cid-made-${(cids += 1)}`,
  });
  shop.httpAuthor = me;
  clients.push(client);
  return client;
}

export async function live(shop, me = ADA, options = {}) {
  const client = visit(shop, me, options);
  client.start();
  await seconds(1);
  return client;
}

/** The frames of one type that the shop received from this client. */
export const sent = (shop, type) => shop.received.filter((frame) => frame.type === type);

/** Make this shop refuse whatever is sent. */
export function refuseAll(shop, refusal) {
  const { receive } = shop;
  shop.receive = (socket, frame) =>
    frame.type === "send"
      ? socket.tell({ type: "refused", cid: frame.cid, ...refusal })
      : receive.call(shop, socket, frame);
}
