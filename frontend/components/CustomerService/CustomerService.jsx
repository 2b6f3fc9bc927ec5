// Customer service's list, live: the most urgent conversation first.
import { useEffect, useState } from "react";
import { NoticesButton } from "./NoticesButton";
import { ConversationRow } from "./ConversationRow";
import { StatusLine } from "../StatusLine/StatusLine";
import { mostUrgentFirst } from "../../lib/customerService";

const TICK = 15_000;
const WORDS = {
  connecting: { tone: "busy", text: "Connecting …" },
  open: { tone: "live", text: "Live" },
  waiting: { tone: "bad", text: "Reconnecting …" },
  stopped: {
    tone: "bad",
    text: "You’ve been signed out or no longer have access.",
    way: "Sign in",
  },
};

export function CustomerService({ store, me, statuses, addressOf, notices }) {
  const { list, phase } = useStore(store);
  const now = useNow();
  const rows = mostUrgentFirst(list);

  return (
    <>
      <div className="open-conversations-tools">
        <StatusLine {...WORDS[phase]} />
        <NoticesButton notices={notices} />
      </div>
      {list.isCut && (
        <p className="alert alert-warning">Only the {rows.length} most urgent are shown.</p>
      )}
      {rows.length === 0 ? (
        <p className="empty">Nobody is waiting.</p>
      ) : (
        <ol className="open-conversations" aria-label="Conversations">
          {rows.map((row) => (
            <ConversationRow
              key={row.order}
              row={row}
              there={list.there[row.order] ?? []}
              me={me}
              statuses={statuses}
              href={addressOf(row.order)}
              now={now}
            />
          ))}
        </ol>
      )}
    </>
  );
}

function useStore(store) {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(setState);
  }, [store]);
  return state;
}

function useNow() {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, []);
  return now;
}
