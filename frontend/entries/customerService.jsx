// Customer service's list: takes over what the server rendered, and follows the stream.
import { render } from "react-dom";
import { CustomerService } from "../components/CustomerService/CustomerService";
import { clock, keptStorage } from "../lib/browser";
import { makeCustomerServiceStore } from "../lib/customerServiceStore";
import { CustomerServiceStream } from "../lib/customerServiceStream";
import { makeNotices } from "../lib/notices";
import { oneStream } from "../lib/oneStream";

const mount = document.querySelector("[data-customer-service]");
const data = document.getElementById("customer-service-props");

if (mount && data) start(JSON.parse(data.textContent));

function start(props) {
  const addressOf = (order) => props.urls.chat.replace("/0/", `/${order}/`);
  const notices = makeNotices({
    Notification: window.Notification,
    storage: keptStorage(),
    isHidden: () => document.visibilityState === "hidden",
    open: (order) => window.open(addressOf(order)),
  });
  const store = makeCustomerServiceStore(props, { onWaiting: notices.tell });

  mount.textContent = "";
  render(
    <CustomerService {...{ store, addressOf, notices, me: props.me, statuses: props.statuses }} />,
    mount,
  );

  const listen = (tell) => {
    const stream = new CustomerServiceStream({
      url: props.urls.stream,
      makeSource: (url) => new EventSource(url),
      probe,
      onEvent: (event) => tell({ event }),
      onPhase: (phase) => tell({ phase }),
      clock,
    });
    stream.start();
    return () => stream.stop();
  };
  oneStream({
    // Unread counts differ between readers.
    name: `booktime-customer-service-${props.me.who}`,
    locks: navigator.locks,
    makeChannel: window.BroadcastChannel && ((name) => new BroadcastChannel(name)),
    listen,
    onTold: store.hear,
    soFar: () => ({ state: store.state }),
  });
}

/** The status of the stream's answer; the body is not read. */
async function probe(url) {
  const ending = new AbortController();
  try {
    const { status } = await fetch(url, { signal: ending.signal, cache: "no-store" });
    return status;
  } catch {
    return 0;
  } finally {
    ending.abort();
  }
}
