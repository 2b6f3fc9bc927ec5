import { mostUrgentFirst, newlyWaiting, reduceList, startList, waitWords } from "./customerService";

const NOW = "2025-03-03T10:00:00.000Z";
const row = (order, more) => ({
  order,
  status: 20,
  dispatch_by: null,
  waiting_since: null,
  changed_at: NOW,
  unread: 0,
  ...more,
});
const numbers = (list) => mostUrgentFirst(list).map(({ order }) => order);

describe("old list + events = fresh list", () => {
  const rows = [row(1), row(2, { waiting_since: NOW })];
  const old = startList({ rows });

  test.each([
    ["upsert of a new one", [{ type: "upsert", data: row(3) }], [...rows, row(3)]],
    [
      "upsert of a known one",
      [{ type: "upsert", data: row(1, { unread: 2 }) }],
      [row(1, { unread: 2 }), rows[1]],
    ],
    ["remove", [{ type: "remove", data: { order: 1 } }], [rows[1]]],
    ["remove of one that is gone", [{ type: "remove", data: { order: 9 } }], rows],
    ["snapshot", [{ type: "snapshot", data: { rows: [row(4)], cut: false } }], [row(4)]],
    [
      "a resumed stream, which tells some again",
      [
        { type: "remove", data: { order: 1 } },
        { type: "upsert", data: rows[1] },
      ],
      [rows[1]],
    ],
  ])("%s", (_, events, expected) => {
    expect(events.reduce(reduceList, old)).toEqual(startList({ rows: expected }));
  });

  test("snapshot says whether it is cut", () => {
    const event = { type: "snapshot", data: { rows, cut: true } };
    expect(reduceList(old, event)).toEqual(startList({ rows, cut: true }));
  });

  test("presence is told whole", () => {
    const one = reduceList(old, { type: "presence", data: { 1: [{ who: "customer" }] } });
    const two = reduceList(one, { type: "presence", data: { 2: [{ who: "staff-7" }] } });
    expect(two.there).toEqual({ 2: [{ who: "staff-7" }] });
  });

  test("an unknown event changes nothing", () => {
    expect(reduceList(old, { type: "constructor", data: {} })).toBe(old);
  });
});

test("who waits comes first, then the earliest dispatch of what is paid, then the longest wait", () => {
  const at = (hour) => `2025-03-03T${hour}:00:00.000Z`;
  const rows = [
    row(1, { changed_at: at("09") }),
    row(2, { waiting_since: at("08") }),
    row(3, { waiting_since: at("09"), dispatch_by: at("17") }),
    row(4, { waiting_since: at("09"), dispatch_by: at("12") }),
    row(5, { waiting_since: at("07") }),
    row(6, { dispatch_by: at("11") }),
    row(7, { waiting_since: at("06"), dispatch_by: at("10"), status: 30 }),
    row(8, { changed_at: at("11") }),
    row(10, { changed_at: at("11") }),
  ];
  expect(numbers(startList({ rows }))).toEqual([4, 3, 7, 5, 2, 6, 8, 10, 1]);
});

test("who begins to wait is known", () => {
  const before = startList({ rows: [row(1), row(2, { waiting_since: NOW })] });
  const after = startList({ rows: [1, 2, 3].map((order) => row(order, { waiting_since: NOW })) });
  expect(newlyWaiting(before, after).map(({ order }) => order)).toEqual([1, 3]);
  expect(newlyWaiting(after, before)).toEqual([]);
});

test.each([
  [-5, "less than a minute"],
  [0.5, "less than a minute"],
  [1, "1 minute"],
  [59.9, "59 minutes"],
  [60, "1 hour"],
  [125, "2 hours 5 minutes"],
  [1440, "1 day"],
  [1445, "1 day"],
  [3030, "2 days 2 hours"],
])("a wait of %p minutes is %p", (minutes, words) => {
  const now = Date.parse(NOW);
  expect(waitWords(new Date(now - minutes * 60_000).toISOString(), now)).toBe(words);
});
