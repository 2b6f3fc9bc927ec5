import { makeCustomerServiceStore } from "./customerServiceStore";
import { makeNotices } from "./notices";

const row = (order, waiting_since) => ({ order, waiting_since, customer: "Ada", number: "AB-12" });
const upsert = (order) => ({ event: { type: "upsert", data: row(order, "2025-03-03") } });

test("who begins to wait is told of, once; who is known to wait is not", () => {
  const onWaiting = jest.fn();
  const store = makeCustomerServiceStore(
    { rows: [row(1, null), row(2, "2025-03-02")] },
    { onWaiting },
  );
  store.hear(upsert(1));
  store.hear(upsert(1));
  store.hear(upsert(2));
  store.hear(upsert(3));
  expect(onWaiting.mock.calls.map(([{ order }]) => order)).toEqual([1, 3]);
});

test("a tab that comes later takes over what another one knows, and tells nobody", () => {
  const onWaiting = jest.fn();
  const store = makeCustomerServiceStore({ rows: [] }, { onWaiting });
  const seen = jest.fn();
  const end = store.subscribe(seen);
  const state = {
    list: { rows: { 5: row(5, "2025-03-03") }, there: {}, isCut: false },
    phase: "open",
  };
  store.hear({ state });
  store.hear({ phase: "waiting" });
  expect(seen.mock.calls).toEqual([[state], [{ ...state, phase: "waiting" }]]);
  expect(onWaiting).not.toHaveBeenCalled();
  end();
  store.hear({ phase: "open" });
  expect(seen).toHaveBeenCalledTimes(2);
});

describe("notices", () => {
  let shown;
  let isHidden;

  function notices(permission, answer = permission) {
    shown = [];
    isHidden = true;
    const Notification = function (title, options) {
      shown.push({ title, ...options });
    };
    Notification.permission = permission;
    Notification.requestPermission = async () => (Notification.permission = answer);
    return makeNotices({ Notification, storage: localStorage, isHidden: () => isHidden });
  }

  beforeEach(() => localStorage.clear());

  test("are shown when wished for, and while nobody looks", async () => {
    const made = notices("default", "granted");
    made.tell(row(12));
    expect(await made.turnOn()).toBe("on");
    made.tell({ ...row(12), last: { text: "Hello?" } });
    isHidden = false;
    made.tell(row(13));
    isHidden = true;
    expect(made.turnOff()).toBe("off");
    made.tell(row(14));
    const expected = { title: "Ada is waiting (AB-12)", tag: "booktime-order-12", body: "Hello?" };
    expect(shown).toEqual([expected]);
  });

  test("are not shown where the browser says no", async () => {
    const made = notices("default", "denied");
    expect(await made.turnOn()).toBe("denied");
    made.tell(row(12));
    expect(shown).toEqual([]);
  });

  test("are not offered where the browser knows none", () => {
    expect(makeNotices({ storage: localStorage }).state()).toBe("unknown");
  });
});
