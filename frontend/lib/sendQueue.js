// Sends what was written, one after the other: the next when the one before is acknowledged, so
// that what one person writes stays in its order whatever is refused in between.

// Unanswered for so long, a message is sent again: its cid sees to it that it is stored once.
const ANSWER_LIMIT = 10_000;

/** `next()` gives the message to send or nothing; `send(message)` says whether it went out. */
export class SendQueue {
  #current = null;
  #answer = null;
  #pause = null;
  #to;

  constructor({ next, send, clock }) {
    this.#to = { next, send, clock };
  }

  flush() {
    if (this.#current || this.#pause) return;
    const message = this.#to.next();
    if (!message || !this.#to.send(message)) return;
    this.#current = message.cid;
    this.#answer = this.#to.clock.setTimeout(() => this.interrupt(true), ANSWER_LIMIT);
  }

  /** It was acknowledged or refused; `wait`: seconds to hold back, when it was refused for now. */
  answered(cid, wait = 0) {
    if (cid !== this.#current) return;
    this.#forget();
    if (wait > 0) {
      this.#pause = this.#to.clock.setTimeout(() => {
        this.#pause = null;
        this.flush();
      }, wait * 1000);
    } else {
      this.flush();
    }
  }

  /** No answer will come to what is under way: it is to be sent again. */
  interrupt(andFlush = false) {
    this.#forget();
    this.#to.clock.clearTimeout(this.#pause);
    this.#pause = null;
    if (andFlush) this.flush();
  }

  #forget() {
    this.#current = null;
    this.#to.clock.clearTimeout(this.#answer);
  }
}
