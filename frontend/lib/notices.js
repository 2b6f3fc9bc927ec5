// Notifications by the browser: asked for by a button, remembered, shown while the page is hidden.

const WISHED = "booktime.desk.notices";

/** `Notification` may be missing; `storage` too. `isHidden()`: nobody looks at the page. */
export function makeNotices({ Notification, storage, isHidden, open }) {
  const state = () => {
    if (!Notification) return "unknown";
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && storage?.getItem(WISHED) ? "on" : "off";
  };

  return {
    state,

    async turnOn() {
      await Notification.requestPermission();
      if (Notification.permission === "granted") storage?.setItem(WISHED, "1");
      return state();
    },

    turnOff() {
      storage?.removeItem(WISHED);
      return state();
    },

    /** Once for a conversation, in however many tabs: a later one takes the place of the first. */
    tell(row) {
      if (state() !== "on" || !isHidden()) return;
      const options = { tag: `booktime-order-${row.order}`, body: row.last?.text ?? "" };
      const notice = new Notification(`${row.customer} waits (${row.number})`, options);
      notice.onclick = () => open(row.order);
    },
  };
}
