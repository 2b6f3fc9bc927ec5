// What is known of a conversation, and how each of the server's frames changes it: pure, so that old
// state + frames can be compared with a fresh read (docs/conversation.md describes the frames).
import { without } from "./without";

// Refused for now: the message waits and is sent again.
const FOR_NOW = ["too_fast", "unavailable"];

/** The state of a page just loaded, from its props. */
export function startState(props) {
  const { me, items = [], head = 0, reads = {}, conversation = null, heartbeat = 10 } = props;
  const state = { me, items, held: {}, head, reads, peers: {}, typing: {}, conversation };
  // Until `welcome` says otherwise: messages arrive at once, and this many seconds per heartbeat.
  const pace = { live: true, heartbeat };
  return { ...state, ...pace, unsent: [], loadingEarlier: false, link: { phase: "connecting" } };
}

export const firstSeq = (state) => state.items[0]?.seq ?? 0;
export const lastSeq = (state) => state.items.at(-1)?.seq ?? 0;
// Numbers have no gaps and begin at 1, so the client knows what is missing.
export const hasEarlier = (state) => firstSeq(state) > 1;
export const isBehind = (state) => lastSeq(state) < state.head;
export const hasGap = (state) => Object.keys(state.held).length > 0;

/** The state after a frame; unknown types change nothing. */
export function reduce(state, frame) {
  return Object.hasOwn(FRAMES, frame.type) ? FRAMES[frame.type](state, frame) : state;
}

const FRAMES = {
  welcome: (state, { head, me, peers = [], reads = {}, conversation = null, ...pace }) => ({
    ...state,
    head: Math.max(head, lastSeq(state)),
    me: me ?? state.me,
    live: pace.live ?? true,
    heartbeat: pace.heartbeat ?? state.heartbeat,
    peers: Object.fromEntries(peers.filter(isOnline).map((peer) => [peer.who, named(peer)])),
    reads: Object.entries(reads).reduce(withRead, state.reads),
    typing: {},
    conversation,
  }),

  messages: (state, { items }) => withMessages(state, items),

  heartbeat: (state, { head, live }) => ({
    ...state,
    head: Math.max(head ?? 0, state.head),
    live: live ?? state.live,
  }),

  read: (state, { who, upto }) => ({ ...state, reads: withRead(state.reads, [who, upto]) }),

  typing: (state, { who, on }) => ({ ...state, typing: withTyping(state.typing, who, on) }),

  presence: (state, peer) => {
    const peers = without(state.peers, peer.who);
    if (isOnline(peer)) return { ...state, peers: { ...peers, [peer.who]: named(peer) } };
    return { ...state, peers, typing: without(state.typing, peer.who) };
  },

  conversation: (state, { assignee = null, closed = false, waiting_since = null }) => ({
    ...state,
    conversation: { assignee, closed, waiting_since },
  }),

  // Stored: it stays visible until it comes back as a message, if it has not already.
  ack: (state, { cid, seq }) =>
    seq <= lastSeq(state)
      ? { ...state, unsent: state.unsent.filter((each) => each.cid !== cid) }
      : withUnsent(state, cid, { status: "stored", code: null, reason: null }),

  refused: (state, { cid, code, text }) =>
    withUnsent(
      state,
      cid,
      FOR_NOW.includes(code)
        ? { status: "waiting", code, reason: null }
        : { status: "refused", code, reason: text || "The message was not accepted." },
    ),
};

/** Change one of the unacknowledged messages. */
export function withUnsent(state, cid, changes) {
  const unsent = state.unsent.map((each) => (each.cid === cid ? { ...each, ...changes } : each));
  return { ...state, unsent };
}

const isOnline = ({ state }) => state !== "offline";
const named = ({ name, role }) => ({ name, role });

// Read cursors never go back, however late a frame arrives.
const withRead = (reads, [who, upto]) => ({ ...reads, [who]: Math.max(reads[who] ?? 0, upto) });

const withTyping = (typing, who, on) => (on ? { ...typing, [who]: true } : without(typing, who));

/** New messages at the end, history at the front, each once; hold back what would leave a gap. */
function withMessages(state, items) {
  const held = { ...state.held };
  for (const item of items) if (item.seq > lastSeq(state)) held[item.seq] = item;

  const later = [];
  for (let seq = lastSeq(state) + 1; held[seq]; seq += 1) {
    later.push(held[seq]);
    delete held[seq];
  }
  const shown = [...earlierOf(state, items), ...state.items, ...later];
  const cids = new Set(shown.map((item) => item.cid));
  return {
    ...state,
    items: shown,
    held,
    head: Math.max(state.head, ...items.map((item) => item.seq)),
    typing: later.reduce((typing, item) => without(typing, item.who), state.typing),
    unsent: state.unsent.filter(({ cid }) => !cids.has(cid)),
  };
}

function earlierOf(state, items) {
  const bySeq = Object.fromEntries(items.map((item) => [item.seq, item]));
  const earlier = [];
  for (let seq = firstSeq(state) - 1; bySeq[seq]; seq -= 1) earlier.unshift(bySeq[seq]);
  return earlier;
}
