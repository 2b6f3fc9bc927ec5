// Sends messages one after another, each when the one before is acknowledged, so that what one user
// writes stays in order whatever is refused in between.

// Unanswered for this long, a message is sent again: its cid ensures that it is stored once.
const ANSWER_LIMIT = 10_000;

/** `next()` returns the message to send, if any; `send(message)` says whether it went out. */
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

  /** It was acknowledged or refused; `wait`: seconds to pause if it was refused for now. */
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

  /** What is on its way will get no answer: send it again. */
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
