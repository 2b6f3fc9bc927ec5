// Who waits for customer service, live: the most urgent first.
import { useEffect, useState } from "react";
import { DeskNotices } from "./DeskNotices";
import { DeskRow } from "./DeskRow";
import { StatusLine } from "../StatusLine/StatusLine";
import { mostUrgentFirst } from "../../lib/desk";

const TICK = 15_000;
const WORDS = {
  connecting: { tone: "busy", text: "Connecting …" },
  open: { tone: "live", text: "Live" },
  waiting: { tone: "bad", text: "Not live just now: trying again …" },
  stopped: { tone: "bad", text: "You are signed out, or no longer allowed here.", way: "Sign in" },
};

export function Desk({ store, me, statuses, chatAddress, notices }) {
  const { desk, phase } = useStore(store);
  const now = useNow();
  const rows = mostUrgentFirst(desk);

  return (
    <>
      <div className="desk-tools">
        <StatusLine {...WORDS[phase]} />
        <DeskNotices notices={notices} />
      </div>
      {desk.isCut && (
        <p className="alert alert-warning">
          There are more: the {rows.length} most urgent are listed.
        </p>
      )}
      {rows.length === 0 ? (
        <p className="empty">Nobody waits, and nobody is looked after.</p>
      ) : (
        <ol className="desk" aria-label="Conversations">
          {rows.map((row) => (
            <DeskRow
              key={row.order}
              row={row}
              there={desk.there[row.order] ?? []}
              me={me}
              statuses={statuses}
              href={chatAddress(row.order)}
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
