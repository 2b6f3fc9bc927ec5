// The desk as this tab knows it, by whatever tab it was heard; and who is told that somebody waits.
import { newlyWaiting, reduceDesk, startDesk } from "./desk";

export function makeDeskStore(props, { onWaiting }) {
  const listeners = new Set();
  const store = {
    state: { desk: startDesk(props), phase: "connecting" },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** An {event} of the stream, its {phase}, or all there is so far: {state}. */
    hear({ event, phase, state }) {
      const before = store.state;
      if (state) store.state = state;
      if (phase) store.state = { ...before, phase };
      if (event) store.state = { ...before, desk: reduceDesk(before.desk, event) };
      if (event) newlyWaiting(before.desk, store.state.desk).forEach(onWaiting);
      listeners.forEach((listener) => listener(store.state));
    },
  };
  return store;
}
