// Customer service's list: its rows, their order, and what each event of the stream changes.
// Pure: old state + events = what a fresh read says.
import { without } from "./without";

const PAID = 20; // Order.Status

/** From the page's props. `there`: by order, who is in its conversation now. */
export function startList({ rows = [], cut = false }) {
  return { rows: byOrder(rows), there: {}, isCut: cut };
}

const byOrder = (rows) => Object.fromEntries(rows.map((row) => [row.order, row]));

export function reduceList(list, { type, data }) {
  return Object.hasOwn(EVENTS, type) ? EVENTS[type](list, data) : list;
}

const EVENTS = {
  snapshot: (list, { rows, cut = false }) => ({ ...list, rows: byOrder(rows), isCut: cut }),
  upsert: (list, row) => ({ ...list, rows: { ...list.rows, [row.order]: row } }),
  remove: (list, { order }) => ({ ...list, rows: without(list.rows, order) }),
  presence: (list, there) => ({ ...list, there }),
};

/** Waiting customers first; then the earliest dispatch, then the longest wait. */
export function mostUrgentFirst(list) {
  return Object.values(list.rows).sort(
    (one, other) =>
      (one.waiting_since ? 0 : 1) - (other.waiting_since ? 0 : 1) ||
      earliest(deadline(one), deadline(other)) ||
      earliest(one.waiting_since, other.waiting_since) ||
      compare(other.changed_at, one.changed_at) ||
      one.order - other.order,
  );
}

/** The dispatch date, if the order is paid and not yet sent. */
export const deadline = (row) => (row.status === PAID ? row.dispatch_by : null);

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

// Times are strings of one format (UTC, milliseconds), so they compare as strings. Null is last.
function earliest(one, other) {
  if (one && other) return compare(one, other);
  return (one ? 0 : 1) - (other ? 0 : 1);
}

/** Rows whose customers wait in `after` but not in `before`. */
export function newlyWaiting(before, after) {
  return Object.values(after.rows).filter(
    (row) => row.waiting_since && !before.rows[row.order]?.waiting_since,
  );
}

const MINUTE = 60_000;
const UNITS = [
  ["day", 1440],
  ["hour", 60],
  ["minute", 1],
];

/** The duration in words, by its two largest units. */
export function waitWords(since, now) {
  let minutes = Math.floor((now - new Date(since)) / MINUTE);
  if (minutes < 1) return "less than a minute";
  const words = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(minutes / size);
    minutes -= count * size;
    if (count) words.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    else if (words.length) break;
  }
  return words.slice(0, 2).join(" ");
}
