// The socket of a conversation: opens it, says hello, notices when it is dead, reopens it.
// Knows nothing about messages: it passes on what arrives.
import { fullJitter } from "./backoff";

export const OLD_PROTOCOL = 4015;
const SIGN_IN = 4001;
const FINAL = [SIGN_IN, 4003, OLD_PROTOCOL];
const TOO_MUCH = [4008, 4009];
const PROTOCOL = 1;
const WELCOME_LIMIT = 10_000;
// After this many failed sockets, something on the way may be blocking them.
const BLOCKED_AFTER = 3;
const BLOCKED_RETRY = 30_000;
// Told to come back later, or closed as too fast: not at once, and not all at the same time.
const AFTER_TOO_MUCH = [5_000, 15_000];

/**
 * `openSocket()` returns a WebSocket; `after()` the last number shown; `onFrame(frame)` receives
 * frames; `onChange({phase, code})` the phase: connecting, open, waiting, blocked, stopped.
 */
export class ConversationLink {
  #socket = null;
  #attempt = 0;
  #failed = 0;
  #ready = false;
  #goodbye = null;
  #isSecondTry = false;
  #timers = {};
  #to;

  // The shop answers over HTTP, so it is the socket that fails, not the shop.
  hasOtherWay = false;

  constructor({ openSocket, after, onFrame, onChange, clock, random = Math.random }) {
    this.#to = { openSocket, after, onFrame, onChange, clock, random };
  }

  get isReady() {
    return this.#ready;
  }

  connect() {
    this.#clear();
    this.#goodbye = null;
    try {
      this.#socket = this.#to.openSocket();
    } catch {
      // A browser that forbids the address throws at once.
      this.#lost(0);
      return;
    }
    const socket = this.#socket;
    socket.onopen = () => this.#write({ type: "hello", after: this.#to.after(), v: PROTOCOL });
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#lost(code);
    this.#later("welcome", WELCOME_LIMIT, () => this.#lost(0));
  }

  /** False if there is no open socket. */
  send(frame) {
    return this.#ready && this.#write(frame);
  }

  /** The network is back, or the page is visible again: connect, or check the connection. */
  wake() {
    if (this.#ready) this.#beat();
    else if (this.#timers.retry) this.connect();
  }

  /** The network is gone. */
  drop() {
    if (this.#socket) this.#lost(0);
  }

  stop() {
    this.#letGo();
    this.#clear();
  }

  #receive(data) {
    const frame = read(data);
    if (!frame) return;
    this.#clear("answer");
    if (frame.type === "goodbye") this.#goodbye = frame;
    if (frame.type === "welcome") this.#welcomed(frame);
    if (frame.type === "heartbeat" && frame.n !== undefined) {
      this.#write({ type: "heartbeat", got: frame.n });
    }
    this.#to.onFrame(frame);
  }

  #welcomed({ heartbeat = 10 }) {
    this.#clear();
    this.#ready = true;
    this.#attempt = 0;
    this.#failed = 0;
    this.period = heartbeat * 1000;
    this.#to.onChange({ phase: "open" });
    this.#later("beat", this.period, () => this.#beat());
  }

  #beat() {
    this.#isSecondTry = false;
    this.#later("beat", this.period, () => this.#beat());
    if (!this.#timers.answer) this.#later("answer", this.period * 1.5, () => this.#lost(0));
    this.#write({ type: "heartbeat" });
  }

  #lost(code) {
    // After a new password or sign-in there is a new cookie, which goes with the next socket.
    const mayHaveNewCookie = code === SIGN_IN && this.#ready && !this.#isSecondTry;
    this.#failed += this.#ready ? 0 : 1;
    this.#letGo();
    this.#clear();
    if (mayHaveNewCookie) {
      this.#isSecondTry = true;
      this.#to.onChange({ phase: "waiting", code });
      this.#later("retry", 0, () => this.connect());
      return;
    }
    if (FINAL.includes(code)) {
      this.#to.onChange({ phase: "stopped", code });
      return;
    }
    const isBlocked = this.#failed >= BLOCKED_AFTER;
    this.#to.onChange({ phase: isBlocked ? "blocked" : "waiting", code });
    const delay = isBlocked && this.hasOtherWay ? BLOCKED_RETRY : this.#delay(code);
    this.#later("retry", delay, () => this.connect());
  }

  #delay(code) {
    const { random } = this.#to;
    if (TOO_MUCH.includes(code)) {
      const [least, most] = AFTER_TOO_MUCH;
      return least + Math.floor(random() * (most - least));
    }
    if (this.#goodbye) return this.#goodbye.after_ms ?? 0;
    this.#attempt += 1;
    return fullJitter(this.#attempt, { random });
  }

  // A dead connection takes minutes to report that it is closed: do not wait for it.
  #letGo() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #write(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #later(name, delay, act) {
    this.#clear(name);
    this.#timers[name] = this.#to.clock.setTimeout(() => {
      delete this.#timers[name];
      act();
    }, delay);
  }

  #clear(...names) {
    for (const name of names.length ? names : Object.keys(this.#timers)) {
      this.#to.clock.clearTimeout(this.#timers[name]);
      delete this.#timers[name];
    }
  }
}

function read(data) {
  try {
    const frame = JSON.parse(data);
    return frame && typeof frame === "object" ? frame : null;
  } catch {
    return null;
  }
}
