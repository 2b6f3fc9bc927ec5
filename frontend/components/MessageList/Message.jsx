// One line of the conversation: a day, a fact of the order, or what somebody said.
import { timeOf } from "../../lib/timeline";

const Time = ({ at }) => <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>;

export function Message({ row, onEdit, onDiscard }) {
  if (row.kind === "day") return <li className="message-day">{row.words}</li>;
  if (row.kind === "system") {
    return (
      <li className="message message-system">
        <p className="message-text">{row.text}</p> <Time at={row.at} />
      </li>
    );
  }
  return (
    <li className={`message ${classOf(row)}`}>
      <p className="message-head">
        <b className="message-author" dir="auto">
          {row.author}
        </b>{" "}
        <Time at={row.at} />
      </p>
      <p className="message-text" dir="auto">
        {row.text}
      </p>
      {row.mark && <p className="message-mark">{row.mark}</p>}
      {row.reason && (
        <div className="message-tools">
          <p className="message-reason">Not sent: {row.reason}</p>
          <button type="button" className="btn btn-sm" onClick={() => onEdit(row.cid)}>
            Edit
          </button>
          <button
            type="button"
            className="btn btn-sm btn-danger"
            onClick={() => onDiscard(row.cid)}
          >
            Discard
          </button>
        </div>
      )}
    </li>
  );
}

function classOf({ isOwn, isPending, reason }) {
  if (!isOwn) return "message-other";
  const state = reason ? " message-refused" : isPending ? " message-pending" : "";
  return `message-own${state}`;
}
