// The status of the conversation, in words.
import { isBehind } from "./conversationState";
import { isolated } from "./isolated";

// Not a close code: for a page from which the shop accepts nothing more.
export const STALE_PAGE = 403;

const STOPPED = {
  [STALE_PAGE]: ["This page can no longer send messages.", "Reload the page"],
  4001: ["You are signed out.", "Sign in again"],
  4003: ["You can no longer take part in this conversation.", null],
  4015: ["The shop has been updated since you opened this page.", "Reload the page"],
};
const TROUBLE = {
  4008: "Your connection is too slow. Trying again in a moment",
  4009: "Too many messages at once. Trying again in a moment",
  4012: "The shop is restarting and will be back in a moment",
};

const KEPT = "What you wrote is saved here.";
const NOT_KEPT = "Your browser can’t save what you wrote: copy it before you leave this page.";

/**
 * {tone, text, way}: tone is live, busy or bad; way the text of a link to this page, or null.
 * `isKept`: whether text in the field is stored, if there is any.
 */
export function statusWords(state, { isKept = true } = {}) {
  const { phase, code, isUp } = state.link;
  const waiting = state.unsent.filter(({ status }) => status === "waiting").length;
  if (phase === "stopped") {
    const [text, way] = STOPPED[code] ?? STOPPED[4003];
    const isAllKept = isKept && !state.unsent.some(({ isUnkept }) => isUnkept);
    const words = way ? [text, isAllKept ? KEPT : NOT_KEPT] : [text];
    return { tone: "bad", text: words.join(" "), way };
  }
  if (phase === "open") return { ...openWords(state, waiting), way: null };
  if (phase === "blocked" && isUp) {
    return {
      tone: "live",
      text: "Connected: checking for new messages every 5 seconds",
      way: null,
    };
  }
  if (phase === "connecting") return { tone: "busy", text: "Connecting …", way: null };
  const words = waiting ? [waitingWords(waiting)] : TROUBLE[code] ? [] : ["trying again …"];
  return { tone: "bad", text: [TROUBLE[code] ?? "Offline", ...words].join(": "), way: null };
}

function openWords(state, waiting) {
  if (isBehind(state)) return { tone: "busy", text: "Catching up …" };
  if (waiting && state.unsent.some(({ code }) => code)) {
    return { tone: "busy", text: `${state.live ? "Live" : "Connected"}: ${waitingWords(waiting)}` };
  }
  if (state.live) return { tone: "live", text: "Live" };
  return { tone: "busy", text: `Connected, but messages may take up to ${seconds(state)}` };
}

const seconds = ({ heartbeat }) => (heartbeat === 1 ? "1 second" : `${heartbeat} seconds`);

const waitingWords = (count) =>
  count === 1 ? "1 message waiting to be sent" : `${count} messages waiting to be sent`;

/** Who is there, or what to expect if nobody is. */
export function peerWords(state, expectation) {
  const others = Object.entries(state.peers).filter(([who]) => who !== state.me.who);
  const wanted = state.me.role === "customer" ? "staff" : "customer";
  const there = others.filter(([, { role }]) => role === wanted).map(([, { name }]) => name);
  const also = others.filter(([, { role }]) => role !== wanted).map(([, { name }]) => name);
  const words = [];
  if (there.length && wanted === "staff") {
    words.push(`${listed(there)} from customer service ${there.length > 1 ? "are" : "is"} here.`);
  } else if (there.length) {
    words.push(`${listed(there)} is here.`);
  } else if (wanted === "staff") {
    words.push(expectation);
  }
  if (also.length && wanted === "customer") {
    words.push(`${listed(also)} ${also.length > 1 ? "read" : "is"} reading along.`);
  }
  return words.filter(Boolean).join(" ");
}

/** Who is typing. */
export function typingWords(state) {
  const names = Object.keys(state.typing)
    .filter((who) => who !== state.me.who)
    .map((who) => state.peers[who]?.name ?? (who === "customer" ? "The customer" : "Someone"));
  if (names.length === 0) return "";
  return `${listed(names)} ${names.length > 1 ? "are" : "is"} writing …`;
}

function listed(names) {
  const unique = [...new Set(names)].map(isolated);
  return unique.length > 1
    ? `${unique.slice(0, -1).join(", ")} and ${unique.at(-1)}`
    : (unique[0] ?? "");
}
