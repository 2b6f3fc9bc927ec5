// The client of one conversation: combines the socket, polling, the state and unsent messages.
// Components read `state` and call the methods.
import { ConversationLink } from "./conversationLink";
import { ConversationPoll } from "./conversationPoll";
import { firstSeq, hasEarlier, hasGap, isBehind, lastSeq } from "./conversationState";
import { reduce, startState, withUnsent } from "./conversationState";
import { SendQueue } from "./sendQueue";
import { without } from "./without";

const PAGE = 100;
const SAY_TYPING_EVERY = 3_000;
const TYPING_LASTS = 6_000;

export class ConversationClient {
  #listeners = new Set();
  #outbox;
  #clock;
  #makeCid;
  #link;
  #poll;
  #queue;
  #askedAfter = null;
  #readSent = 0;
  #isAttentive = false;
  #saidTypingAt = -Infinity;
  #typingTimers = {};

  constructor({ props, outbox, openSocket, fetch, csrf, clock, random, makeCid }) {
    this.#outbox = outbox;
    this.state = startState(props);
    this.state = { ...this.state, unsent: this.#loaded() };
    this.#clock = clock;
    this.#makeCid = makeCid;
    const after = () => lastSeq(this.state);
    const onFrame = (frame) => this.#receive(frame);
    const onLink = (link) => this.#follow(link);
    const onPoll = (answer) => this.#followPoll(answer);
    this.#link = new ConversationLink({
      openSocket,
      after,
      onFrame,
      onChange: onLink,
      clock,
      random,
    });
    const way = { urls: props.urls, fetch, csrf, after, onFrame, onChange: onPoll, clock };
    this.#poll = new ConversationPoll(way);
    this.#queue = new SendQueue({ next: () => this.#nextUnsent(), send: this.#sendOut, clock });
  }

  start = () => this.#link.connect();
  wake = () => this.#link.wake();
  drop = () => this.#link.drop();

  stop() {
    this.#link.stop();
    this.#poll.stop();
    this.#queue.interrupt();
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // --- What users do --------------------------------------------------------------------------

  send(text) {
    const at = this.#clock.now();
    const message = { cid: this.#makeCid(), text, at, status: "waiting", code: null, reason: null };
    this.#set({ ...this.state, unsent: [...this.state.unsent, this.#kept(message)] });
    this.#saidTypingAt = -Infinity;
    this.#queue.flush();
  }

  /** Take back a refused message; returns its text, to be edited. */
  takeBack(cid) {
    const message = this.state.unsent.find((each) => each.cid === cid);
    this.#outbox.forget(cid);
    this.#set({ ...this.state, unsent: this.state.unsent.filter((each) => each.cid !== cid) });
    return message?.text ?? "";
  }

  showEarlier() {
    if (!hasEarlier(this.state) || this.state.loadingEarlier) return;
    this.#set({ ...this.state, loadingEarlier: true });
    const frame = { type: "fetch", before: firstSeq(this.state), limit: PAGE };
    if (!this.#link.send(frame)) this.#poll.send(frame);
  }

  /** Whether somebody is looking at the end of the conversation. */
  attend(isAttentive) {
    this.#isAttentive = isAttentive;
    this.#sayRead();
  }

  typing(isTyping) {
    const now = this.#clock.now();
    const isNew = isTyping !== this.#saidTypingAt > -Infinity;
    if (!isNew && (!isTyping || now - this.#saidTypingAt < SAY_TYPING_EVERY)) return;
    this.#saidTypingAt = isTyping ? now : -Infinity;
    this.#link.send({ type: "typing", on: isTyping });
  }

  /** Another tab of the same user wrote, got an answer, or took back a refused message. */
  unsentChanged(event) {
    const { cid, message } = this.#outbox.told(event);
    const own = this.state.unsent.find((each) => each.cid === cid);
    if (message && !own) this.#add([message]);
    else if (message?.status === "refused") this.#set(withUnsent(this.state, cid, message));
    // Otherwise it was stored: it stays visible here until it arrives as a message.
    else if (!message && own?.status === "refused") this.takeBack(cid);
  }

  /** The storage may have changed or been emptied: store again what this page has. */
  unsentLost() {
    const unsent = this.state.unsent.map((each) =>
      each.status === "stored" ? each : this.#kept(each),
    );
    this.#set({ ...this.state, unsent });
    this.#add(this.#loaded().filter(({ cid }) => unsent.every((each) => each.cid !== cid)));
  }

  // --- What follows ---------------------------------------------------------------------------

  #receive(frame) {
    const before = this.state;
    this.#set(reduce(before, frame));
    for (const { cid } of before.unsent) this.#settle(cid);
    if (firstSeq(before) !== firstSeq(this.state)) this.#doneLoading();
    if (frame.type === "messages") this.#fetchMissing(frame.more);
    if (frame.type === "heartbeat") this.#fetchMissing(true, true);
    if (frame.type === "typing") this.#forgetTyping(frame.who);
    if (frame.type === "ack") this.#queue.answered(frame.cid);
    if (frame.type === "refused") this.#queue.answered(frame.cid, waitOf(frame));
    if (frame.type === "welcome") this.#readSent = this.state.reads[this.state.me.who] ?? 0;
    if (frame.type === "welcome") this.#queue.flush();
    this.#sayRead();
  }

  #settle(cid) {
    const message = this.state.unsent.find((each) => each.cid === cid);
    if (!message) this.#queue.answered(cid);
    if (!message || message.status === "stored") this.#outbox.forget(cid);
    else if (message.status === "refused" || message.isUnkept) this.#keepAnew(message);
  }

  #keepAnew(message) {
    const { isUnkept } = this.#kept(message);
    if (isUnkept !== message.isUnkept) {
      this.#set(withUnsent(this.state, message.cid, { isUnkept }));
    }
  }

  /** Read when it is needed: the storage may have become full. */
  #kept(message) {
    const isKept = this.#outbox.keep(message);
    return isKept ? without(message, "isUnkept") : { ...message, isUnkept: true };
  }

  /** What is stored, except messages that were shown before their answer arrived. */
  #loaded() {
    const shown = new Set(this.state.items.map(({ cid }) => cid));
    const all = this.#outbox.load();
    all.filter(({ cid }) => shown.has(cid)).forEach(({ cid }) => this.#outbox.forget(cid));
    return all.filter(({ cid }) => !shown.has(cid));
  }

  #add(messages) {
    const shown = new Set(this.state.items.map(({ cid }) => cid));
    const unsent = [...this.state.unsent, ...messages.filter(({ cid }) => !shown.has(cid))];
    this.#set({ ...this.state, unsent });
    this.#queue.flush();
  }

  #fetchMissing(isDue, isAgain = false) {
    const after = lastSeq(this.state);
    const isMissing = isBehind(this.state) && (isDue || hasGap(this.state));
    if (!isMissing || (this.#askedAfter === after && !isAgain)) return;
    this.#askedAfter = after;
    const frame = { type: "fetch", after, limit: PAGE };
    if (!this.#link.send(frame) && this.#poll.isRunning) this.#poll.send(frame);
  }

  #sayRead() {
    const upto = lastSeq(this.state);
    const known = Math.max(this.#readSent, this.state.reads[this.state.me.who] ?? 0);
    if (!this.#isAttentive || upto <= known) return;
    const isSaid = this.#sendOut({ type: "read", upto });
    if (isSaid) this.#readSent = upto;
  }

  #forgetTyping(who) {
    this.#clock.clearTimeout(this.#typingTimers[who]);
    const stop = () => this.#set(reduce(this.state, { type: "typing", who, on: false }));
    this.#typingTimers[who] = this.#clock.setTimeout(stop, TYPING_LASTS);
  }

  // --- Going out ------------------------------------------------------------------------------

  #sendOut = (frame) => {
    if (this.#link.send(frame)) return true;
    return this.#poll.isRunning && this.#poll.send(frame);
  };

  #nextUnsent() {
    const message = this.state.unsent.find(({ status }) => status === "waiting");
    return message && { type: "send", cid: message.cid, text: message.text };
  }

  #follow(link) {
    if (link.phase === "blocked") this.#poll.start();
    else if (link.phase !== "waiting") this.#poll.stop();
    if (this.state.link.phase === "open") this.#lost();
    const isUp = link.phase === "blocked" && this.#link.hasOtherWay;
    this.#set({ ...this.state, link: { ...link, isUp } });
    if (isUp) this.#queue.flush();
  }

  #followPoll({ isUp, code }) {
    if (code) {
      this.stop();
      this.#set({ ...this.state, link: { phase: "stopped", code } });
      return;
    }
    if (!this.#poll.isRunning) return;
    const isBack = isUp && !this.#link.hasOtherWay;
    this.#link.hasOtherWay = isUp;
    this.#set({ ...this.state, link: { ...this.state.link, isUp } });
    if (!isBack) return;
    // The shop is back, so the socket may be too.
    this.#link.wake();
    this.#queue.flush();
  }

  // Whatever was on its way will get no answer.
  #lost() {
    this.#askedAfter = null;
    this.#queue.interrupt();
    this.#set({ ...this.state, peers: {}, typing: {}, loadingEarlier: false });
  }

  #doneLoading() {
    this.#set({ ...this.state, loadingEarlier: false });
  }

  #set(state) {
    this.state = state;
    this.#listeners.forEach((listener) => listener(state));
  }
}

const waitOf = ({ code, retry_after }) =>
  code === "too_fast" || code === "unavailable" ? (retry_after ?? 1) : 0;
