// The conversation over plain HTTP, for when no socket opens: takes and returns the same frames, so
// that nothing else needs to know.

import { STALE_PAGE } from "./statusWords";

const EVERY = 5_000;
const PAGE = 100;
// As the socket would close. 404: not allowed to take part; a 403 is about the token.
const CODES = { 401: 4001, 403: STALE_PAGE, 404: 4003 };

/**
 * `urls`: {messages, read}; `fetch(url, options)`; `csrf({isAnew})` returns the token, read again if
 * the last was refused; `after()` the last number shown; `onFrame(frame)`;
 * `onChange({isUp, code})`: whether the shop answers; with a code it never will.
 */
export class ConversationPoll {
  #timer = null;
  #runs = false;
  #to;

  constructor({ urls, fetch, csrf, after, onFrame, onChange, clock }) {
    this.#to = { urls, fetch, csrf, after, onFrame, onChange, clock };
  }

  get isRunning() {
    return this.#runs;
  }

  start() {
    if (this.#runs) return;
    this.#runs = true;
    this.#look();
  }

  stop() {
    this.#runs = false;
    this.#to.clock.clearTimeout(this.#timer);
  }

  send(frame) {
    if (frame.type === "send") this.#post(frame);
    else if (frame.type === "read") this.#ask(this.#to.urls.read, json({ upto: frame.upto }));
    else if (frame.type === "fetch") this.#get(frame);
    else return false;
    return true;
  }

  async #look() {
    await this.#get({ after: this.#to.after() });
    if (!this.#runs) return;
    this.#to.clock.clearTimeout(this.#timer);
    this.#timer = this.#to.clock.setTimeout(() => this.#look(), EVERY);
  }

  async #get({ after, before, limit = PAGE }) {
    const from = before === undefined ? { after } : { before };
    const query = new URLSearchParams({ ...from, limit });
    const { body } = await this.#ask(`${this.#to.urls.messages}?${query}`, { method: "GET" });
    if (!body) return;
    const { head, items, more, reads } = body;
    this.#to.onFrame({ type: "heartbeat", head });
    this.#to.onFrame({ type: "messages", items, more });
    for (const [who, upto] of Object.entries(reads ?? {})) {
      this.#to.onFrame({ type: "read", who, upto });
    }
  }

  async #post({ cid, text }) {
    const { messages } = this.#to.urls;
    const { answer, body } = await this.#ask(messages, json({ text }, { "Idempotency-Key": cid }));
    if (body) {
      const { dup, ...item } = body;
      const { seq, id, at } = item;
      this.#to.onFrame({ type: "ack", cid, seq, id, at, dup: Boolean(dup) });
      this.#to.onFrame({ type: "messages", items: [item], more: false });
    } else {
      this.#to.onFrame(await refusal(cid, answer));
    }
  }

  /** {answer, body}: no answer if the shop cannot be reached, no body unless it accepted. */
  async #ask(url, request) {
    try {
      let answer = await this.#fetch(url, request);
      // Signing in elsewhere changes the token.
      if (answer.status === 403) answer = await this.#fetch(url, request, { isAnew: true });
      const code = CODES[answer.status];
      this.#to.onChange({ isUp: answer.status < 500, code });
      return { answer, body: answer.ok ? await answer.json() : null };
    } catch {
      this.#to.onChange({ isUp: false });
      return { answer: null, body: null };
    }
  }

  #fetch(url, { method, headers = {}, body }, { isAnew = false } = {}) {
    const own = { Accept: "application/json", "X-CSRFToken": this.#to.csrf({ isAnew }) };
    const options = { method, body, headers: { ...own, ...headers }, credentials: "same-origin" };
    return this.#to.fetch(url, options);
  }
}

const json = (data, headers = {}) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: JSON.stringify(data),
});

/** Only a clear refusal counts as one: anything else is sent again. */
async function refusal(cid, answer) {
  const status = answer?.status ?? 0;
  const said = answer ? await answer.json().catch(() => ({})) : {};
  if (status === 429) {
    const seconds = Number(answer.headers.get("Retry-After")) || 1;
    return { type: "refused", cid, code: "too_fast", text: said.detail, retry_after: seconds };
  }
  if (status >= 400 && status < 500 && status !== 401 && status !== 403) {
    const text = said.text ?? said.detail ?? null;
    return { type: "refused", cid, code: said.code ?? "bad_text", text: worded(text) };
  }
  return { type: "refused", cid, code: "unavailable", text: null, retry_after: 5 };
}

const worded = (text) => (Array.isArray(text) ? text.join(" ") : text);
