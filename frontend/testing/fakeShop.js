// A shop that speaks the protocol of docs/conversation.md without a network, to test the client.
// Nothing here really waits: Jest's clock moves it.

const DELAY = 5;

export const ADA = { who: "customer", name: "Ada Lovelace", role: "customer" };
export const OLIVE = { who: "staff-7", name: "Olive", role: "staff" };

export class FakeShop {
  log = [];
  reads = {};
  sockets = [];
  conversation = { assignee: null, closed: false, waiting_since: null };
  received = [];
  // What goes wrong: how many of 100 frames to a client get lost, and whether the shop answers.
  lost = 0;
  isUp = true;
  isBlocked = false;
  // The answer to every message over HTTP, if not the usual one.
  postAnswer = null;

  constructor({ random = Math.random } = {}) {
    this.random = random;
  }

  get head() {
    return this.log.length;
  }

  get open() {
    return this.sockets.filter((socket) => socket.readyState === 1);
  }

  /** The props of a page loaded now. */
  props(me, { last = 50 } = {}) {
    const { head, reads, conversation } = this;
    const urls = { socket: "/ws/", messages: "/messages/", read: "/read/" };
    const items = last ? this.log.slice(-last) : [];
    return { orderId: 12, me, items, head, reads: { ...reads }, conversation, urls };
  }

  connect(me) {
    const socket = new FakeSocket(this, me);
    this.sockets.push(socket);
    return socket;
  }

  /** Somebody says something elsewhere. */
  say(author, text, { cid = `cid-${this.head + 1}`, kind = "text" } = {}) {
    const known = this.log.find((item) => item.cid === cid);
    if (known) return { item: known, dup: true };
    const seq = this.head + 1;
    const at = new Date(Date.UTC(2025, 2, 3, 10, 0, seq)).toISOString();
    const { who, name, role } = author;
    const item = { seq, id: 1000 + seq, cid, kind, fact: null, who, author: name, role, text, at };
    this.log.push(item);
    this.open.forEach((socket) => socket.catchUp());
    return { item, dup: false };
  }

  /** Tell every socket. */
  tell(frame) {
    this.open.forEach((socket) => socket.tell(frame));
  }

  closeAll(code) {
    this.open.forEach((socket) => socket.end(code));
  }

  receive(socket, frame) {
    this.received.push(frame);
    ANSWERS[frame.type]?.(this, socket, frame);
  }

  /** Stands in for fetch. */
  fetch = async (url, { method, headers, body }) => {
    if (!this.isUp) throw new TypeError("no network");
    const { pathname, searchParams } = new URL(url, "http://shop.example");
    this.received.push({ type: `http ${method} ${pathname}`, headers, body });
    if (method === "POST" && pathname === "/messages/" && this.postAnswer) return this.postAnswer;
    if (method === "POST" && pathname === "/messages/") {
      const author = this.httpAuthor;
      const said = this.say(author, JSON.parse(body).text, { cid: headers["Idempotency-Key"] });
      return answer(said.dup ? 200 : 201, { ...said.item, dup: said.dup });
    }
    if (method === "POST") return answer(200, JSON.parse(body));
    const { items, more } = this.stretch({
      after: number(searchParams.get("after")),
      before: number(searchParams.get("before")),
    });
    return answer(200, { head: this.head, items, more, reads: this.reads, me: this.httpAuthor });
  };

  stretch({ after, before, limit = 100 }) {
    if (before !== undefined) {
      const all = this.log.filter(({ seq }) => seq < before);
      return { items: all.slice(-limit), more: all.length > limit };
    }
    const all = this.log.filter(({ seq }) => seq > after);
    return { items: all.slice(0, limit), more: all.length > limit };
  }
}

const number = (text) => (text === null ? undefined : Number(text));

export const answer = (status, body, headers = {}) => ({
  status,
  ok: status < 400,
  headers: { get: (name) => headers[name] ?? null },
  json: async () => body,
});

const ANSWERS = {
  hello(shop, socket, { after }) {
    const { head, conversation, reads } = shop;
    const peers = shop.open.map(({ me }) => ({ ...me, state: "online" }));
    const staff = socket.me.role === "staff" ? { conversation } : {};
    socket.tell({
      type: "welcome",
      head,
      me: socket.me,
      peers,
      heartbeat: 10,
      v: 1,
      reads,
      ...staff,
    });
    socket.sent = after;
    socket.catchUp();
  },

  send(shop, socket, { cid, text }) {
    const { item, dup } = shop.say(socket.me, text, { cid });
    socket.tell({ type: "ack", cid, seq: item.seq, id: item.id, at: item.at, dup });
  },

  fetch: (shop, socket, { after, before, limit }) =>
    socket.tell({ type: "messages", ...shop.stretch({ after, before, limit }) }),

  heartbeat(shop, socket, { got }) {
    if (got === undefined) socket.tell({ type: "heartbeat", head: shop.head });
  },

  read(shop, { me }, { upto }) {
    shop.reads[me.who] = Math.max(upto, shop.reads[me.who] ?? 0);
    shop.tell({ type: "read", who: me.who, upto });
  },

  typing: (shop, { me }, { on }) => shop.tell({ type: "typing", who: me.who, on }),
};

class FakeSocket {
  readyState = 0;
  sent = null;

  constructor(shop, me) {
    this.shop = shop;
    this.me = me;
    setTimeout(() => this.#opened(), DELAY);
  }

  #opened() {
    if (this.readyState !== 0) return;
    if (!this.shop.isUp || this.shop.isBlocked) {
      this.end(1006);
    } else {
      this.readyState = 1;
      this.onopen?.();
    }
  }

  send(text) {
    const frame = JSON.parse(text);
    setTimeout(() => this.readyState === 1 && this.shop.receive(this, frame), DELAY);
  }

  close() {
    this.readyState = 3;
  }

  // --- The shop's side ---

  tell(frame) {
    if (this.shop.random() * 100 < this.shop.lost) return;
    setTimeout(() => {
      if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(frame) });
    }, DELAY);
  }

  catchUp() {
    if (this.sent === null) return;
    const { items, more } = this.shop.stretch({ after: this.sent });
    this.sent = items.at(-1)?.seq ?? this.sent;
    if (items.length) this.tell({ type: "messages", items, more });
  }

  end(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }
}
