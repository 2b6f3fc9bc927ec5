// What stands in the field and is not yet sent: kept across a reload, for all tabs of one person.
// A tab in which nothing was typed says what the others say; one in which something was keeps it.
import { attempt } from "./outbox";

export class Draft {
  text;
  // Whether the browser keeps it over a reload.
  isKept = true;
  #storage;
  #key;
  #known;
  #isOwn = false;
  #tell = () => {};

  /** `name`: whose and about what; `typed`: what stood in the field before the script came. */
  constructor(storage, name, typed = "") {
    this.#storage = storage;
    this.#key = `booktime.draft.${name}`;
    this.#known = this.#read();
    this.text = this.#known;
    if (!this.#known.includes(typed)) this.write(together(this.#known, typed));
  }

  owns = (key) => key === this.#key;

  /** `listener(text)`: another tab's words are this one's too. */
  follow(listener) {
    this.#tell = listener;
    return () => (this.#tell = () => {});
  }

  write(text) {
    this.text = text;
    this.#isOwn = text !== "";
    this.#keep();
  }

  /** It is a message now. What another tab wrote instead stays kept. */
  sent() {
    if (this.#read() === this.text) attempt(() => this.#storage.removeItem(this.#key));
    this.text = "";
    this.#known = "";
    this.#isOwn = false;
    this.isKept = true;
  }

  /** Another tab wrote, or sent what it had. */
  changed() {
    const before = this.#known;
    this.#known = this.#read();
    if (!this.#isOwn || (this.#known === "" && this.text === before)) this.#take(this.#known);
    else if (this.#known === "") this.#keep();
  }

  /** All that was stored may be gone. */
  lost() {
    if (this.text && !this.#read()) this.#keep();
  }

  #take(text) {
    this.text = text;
    this.#isOwn = false;
    this.#tell(text);
  }

  #keep() {
    this.#known = this.text;
    this.isKept = attempt(() => {
      if (this.text) this.#storage.setItem(this.#key, this.text);
      else this.#storage?.removeItem(this.#key);
    });
  }

  #read() {
    let text = "";
    attempt(() => (text = this.#storage.getItem(this.#key) ?? ""));
    return text;
  }
}

/** Both, unless the one has the other in it already. */
const together = (kept, typed) => (typed.includes(kept) ? typed : `${kept}\n${typed}`);
