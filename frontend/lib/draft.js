// The text in the field that was not sent yet: kept across a reload, shared by all tabs of one user.
// A tab in which nothing was typed shows the others' text; a tab with typed text keeps its own.
import { attempt } from "./outbox";

export class Draft {
  text;
  // Whether the browser keeps it across a reload.
  isKept = true;
  #storage;
  #key;
  #known;
  #isOwn = false;
  #tell = () => {};

  /** `name`: whose and about what; `typed`: the text in the field before the script loaded. */
  constructor(storage, name, typed = "") {
    this.#storage = storage;
    this.#key = `booktime.draft.${name}`;
    this.#known = this.#read();
    this.text = this.#known;
    if (!this.#known.includes(typed)) this.write(together(this.#known, typed));
  }

  owns = (key) => key === this.#key;

  /** `listener(text)`: this tab takes over another tab's text. */
  follow(listener) {
    this.#tell = listener;
    return () => (this.#tell = () => {});
  }

  write(text) {
    this.text = text;
    this.#isOwn = text !== "";
    this.#keep();
  }

  /** The text was sent. What another tab wrote instead is still kept. */
  sent() {
    if (this.#read() === this.text) attempt(() => this.#storage.removeItem(this.#key));
    this.text = "";
    this.#known = "";
    this.#isOwn = false;
    this.isKept = true;
  }

  /** Another tab wrote, or sent its text. */
  changed() {
    const before = this.#known;
    this.#known = this.#read();
    if (!this.#isOwn || (this.#known === "" && this.text === before)) this.#take(this.#known);
    else if (this.#known === "") this.#keep();
  }

  /** The storage may have been emptied. */
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

/** Both texts, unless one contains the other. */
const together = (kept, typed) => (typed.includes(kept) ? typed : `${kept}\n${typed}`);
