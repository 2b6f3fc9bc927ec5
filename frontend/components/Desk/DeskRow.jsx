// One conversation on the desk: whose, what was said last, since when they wait, who is on it.
import { deadline, waitWords } from "../../lib/desk";
import { dayAndTime } from "../../lib/timeline";

export function DeskRow({ row, there, me, statuses, href, now }) {
  const { waiting_since: since, last, unread, assignee } = row;
  const due = deadline(row);
  return (
    <li className={since ? "desk-row desk-row-waiting" : "desk-row"}>
      <p className="desk-who">
        <a href={href} dir="auto">
          {row.customer}
        </a>{" "}
        <span className="figures">{row.number}</span>{" "}
        {unread > 0 && <span className="desk-unread">{unread} unread</span>}
      </p>
      {last && (
        <p className="desk-last">
          <span className="desk-last-who">{last.role === "customer" ? "Customer" : "Shop"}:</span>{" "}
          <span dir="auto">{last.text}</span>
        </p>
      )}
      <p className="desk-facts">
        <span className={`badge badge-${row.status}`}>{statuses[row.status]}</span>{" "}
        {since && (
          <span className="desk-wait">
            Has waited for <time dateTime={since}>{waitWords(since, now)}</time>
          </span>
        )}{" "}
        {due && (
          <span className={new Date(due) < now ? "desk-due text-bad" : "desk-due"}>
            To be sent by <time dateTime={due}>{dayAndTime(due)}</time>
          </span>
        )}{" "}
        {assignee && <span className="desk-assignee">{assigneeWords(assignee, me)}</span>}{" "}
        {there.length > 0 && <span className="desk-there">{thereWords(there, me)}</span>}
      </p>
    </li>
  );
}

const assigneeWords = ({ who, name }, me) =>
  who === me.who ? "You look after it" : `${name} looks after it`;

function thereWords(there, me) {
  const names = there.map(({ who, name }) => (who === me.who ? "you" : name));
  return `Here now: ${names.join(", ")}`;
}
