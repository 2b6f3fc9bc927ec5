// The conversation as a list to show: day headings, messages, unsent messages; each with a key that
// stays the same from the moment it is written.

const LOCALE = "en-GB";
const day = new Intl.DateTimeFormat(LOCALE, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const time = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const moment = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
});

export const dayAndTime = (at) => moment.format(new Date(at));
export const dayOf = (at) => day.format(new Date(at));
export const timeOf = (at) => time.format(new Date(at));

/** [{kind: day | system | text, key, ...}]; marks are "Sent", "Read", "Sending …", "Waits". */
export function timeline(state) {
  const own = state.items.filter((item) => isOwn(item, state.me));
  const read = own.filter((item) => item.seq <= readByOthers(state)).at(-1);
  const rows = state.items.map((item) => ({
    kind: item.kind,
    key: item.cid ?? `seq-${item.seq}`,
    isOwn: isOwn(item, state.me),
    author: item.author,
    text: item.text,
    at: item.at,
    mark: item === read ? "Read" : item === own.at(-1) ? "Sent" : null,
  }));
  return withDays([...rows, ...state.unsent.map((message) => unsentRow(message, state))]);
}

const isOwn = (item, me) => item.who === me.who;

/** Up to which message the other side has read. */
function readByOthers({ reads, me }) {
  const isOther = (who) => (me.role === "customer" ? who !== "customer" : who === "customer");
  const uptos = Object.entries(reads).filter(([who]) => isOther(who));
  return Math.max(0, ...uptos.map(([, upto]) => upto));
}

function unsentRow({ cid, text, at, status, reason, isUnkept }, { link, me }) {
  const marks = { stored: "Sent", refused: null };
  const waits = link.phase === "open" || link.isUp ? "Sending …" : waitsWords(isUnkept);
  return {
    kind: "text",
    key: cid,
    cid,
    isOwn: true,
    isPending: status === "waiting",
    author: me.name,
    text,
    at,
    reason,
    mark: status in marks ? marks[status] : waits,
  };
}

const waitsWords = (isUnkept) =>
  isUnkept ? "Not sent yet: it will be lost if you leave this page" : "Waiting to send";

function withDays(rows) {
  let latest = 0;
  return rows.flatMap((row) => {
    const at = new Date(row.at).getTime();
    // What could not be sent on an earlier day still comes last, without a heading for its day.
    const isNewDay = latest === 0 || (at > latest && dayOf(at) !== dayOf(latest));
    latest = Math.max(latest, at);
    return isNewDay ? [{ kind: "day", key: `day-${row.key}`, words: dayOf(at) }, row] : [row];
  });
}
