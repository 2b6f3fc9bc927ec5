// Switches browser notifications on and off: who begins to wait while the page is out of sight.
import { useState } from "react";

export function NoticesButton({ notices }) {
  const [state, setState] = useState(notices.state());
  if (state === "unknown") return null;
  if (state === "denied") {
    return <p className="small">Your browser blocks notifications from this shop.</p>;
  }
  const toggle = async () =>
    setState(await (state === "on" ? notices.turnOff() : notices.turnOn()));
  return (
    <button type="button" className="btn btn-sm" aria-pressed={state === "on"} onClick={toggle}>
      Notify me when a customer is waiting
    </button>
  );
}
