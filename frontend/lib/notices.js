// Browser notifications: switched on by a button, remembered, shown while the page is hidden.

import { isolated } from "./isolated";

const WISHED = "booktime.desk.notices";

/** `Notification` and `storage` may be missing. `isHidden()`: nobody is looking at the page. */
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

    /** One per conversation, however many tabs: a later notification replaces the first. */
    tell(row) {
      if (state() !== "on" || !isHidden()) return;
      const options = { tag: `booktime-order-${row.order}`, body: row.last?.text ?? "" };
      const notice = new Notification(
        `${isolated(row.customer)} is waiting (${row.number})`,
        options,
      );
      notice.onclick = () => open(row.order);
    },
  };
}
