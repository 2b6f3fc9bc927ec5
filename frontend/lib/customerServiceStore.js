// Customer service's list as this tab knows it, whichever tab heard it; says who begins to wait.
import { newlyWaiting, reduceList, startList } from "./customerService";

export function makeCustomerServiceStore(props, { onWaiting }) {
  const listeners = new Set();
  const store = {
    state: { list: startList(props), phase: "connecting" },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** An {event} of the stream, its {phase}, or everything so far: {state}. */
    hear({ event, phase, state }) {
      const before = store.state;
      if (state) store.state = state;
      if (phase) store.state = { ...before, phase };
      if (event) store.state = { ...before, list: reduceList(before.list, event) };
      if (event) newlyWaiting(before.list, store.state.list).forEach(onWaiting);
      listeners.forEach((listener) => listener(store.state));
    },
  };
  return store;
}
