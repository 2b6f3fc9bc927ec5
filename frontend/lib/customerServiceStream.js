// Customer service's stream. The browser resumes it by itself after a cut. This adds what the browser
// does not do: reconnect after an error response, and say when reconnecting is pointless.
import { fullJitter } from "./backoff";

const EVENTS = ["snapshot", "upsert", "remove", "presence"];
const CLOSED = 2;
const FINAL = [401, 403];
// The server ends each stream now and then: do not report the short pause that follows.
const SHORT_PAUSE = 5_000;
const BACKOFF = { base: 2_000, cap: 15_000 };

/**
 * `makeSource(url)` returns an EventSource, `probe(url)` the status of the answer there (0: none);
 * `onEvent({type, data})`, `onPhase("open" | "waiting" | "stopped")`.
 */
export class CustomerServiceStream {
  #source = null;
  #attempt = 0;
  #timer = null;
  #isStopped = false;
  #to;

  constructor({ url, makeSource, probe, onEvent, onPhase, clock, random = Math.random }) {
    this.#to = { url, makeSource, probe, onEvent, onPhase, clock, random };
  }

  start() {
    const source = this.#to.makeSource(this.#to.url);
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#failed();
    for (const type of EVENTS) {
      source.addEventListener(type, ({ data }) => {
        this.#to.onEvent({ type, data: JSON.parse(data) });
      });
    }
  }

  stop() {
    this.#isStopped = true;
    this.#source?.close();
    this.#stopTimer();
  }

  #opened() {
    this.#stopTimer();
    this.#attempt = 0;
    this.#to.onPhase("open");
  }

  #failed() {
    if (this.#source.readyState === CLOSED) this.#comeBack();
    // The browser keeps trying, with an error event each time, but it is one pause.
    else this.#timer ??= this.#to.clock.setTimeout(() => this.#to.onPhase("waiting"), SHORT_PAUSE);
  }

  #stopTimer() {
    this.#to.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #comeBack() {
    this.#source.close();
    this.#stopTimer();
    this.#to.onPhase("waiting");
    const status = await this.#to.probe(this.#to.url);
    if (this.#isStopped) return;
    if (FINAL.includes(status)) {
      this.#to.onPhase("stopped");
      return;
    }
    this.#attempt += 1;
    const delay = fullJitter(this.#attempt, { ...BACKOFF, random: this.#to.random });
    this.#timer = this.#to.clock.setTimeout(() => {
      this.#timer = null;
      this.start();
    }, delay);
  }
}
