// One open conversation: whose it is, what was said last, how long they have waited, who is on it.
import { deadline, waitWords } from "../../lib/customerService";
import { isolated } from "../../lib/isolated";
import { dayAndTime } from "../../lib/timeline";

export function ConversationRow({ row, there, me, statuses, href, now }) {
  const { waiting_since: since, last, unread, assignee } = row;
  const due = deadline(row);
  return (
    <li className={since ? "open-conversation open-conversation-waiting" : "open-conversation"}>
      <p className="open-conversation-who">
        <a href={href} dir="auto">
          {row.customer}
        </a>{" "}
        <span className="figures">{row.number}</span>{" "}
        {unread > 0 && <span className="open-conversation-unread">{unread} unread</span>}
      </p>
      {last && (
        <p className="open-conversation-last">
          <span className="open-conversation-last-who">
            {last.role === "customer" ? "Customer" : "Shop"}:
          </span>{" "}
          <span dir="auto">{last.text}</span>
        </p>
      )}
      <p className="open-conversation-details">
        <span className={`badge badge-${row.status}`}>{statuses[row.status]}</span>{" "}
        {since && (
          <span className="open-conversation-wait">
            Waiting for <time dateTime={since}>{waitWords(since, now)}</time>
          </span>
        )}{" "}
        {due && (
          <span
            className={
              new Date(due) < now ? "open-conversation-due text-bad" : "open-conversation-due"
            }
          >
            Dispatch by <time dateTime={due}>{dayAndTime(due)}</time>
          </span>
        )}{" "}
        {assignee && (
          <span className="open-conversation-assignee">{assigneeWords(assignee, me)}</span>
        )}{" "}
        {there.length > 0 && (
          <span className="open-conversation-there">{thereWords(there, me)}</span>
        )}
      </p>
    </li>
  );
}

const assigneeWords = ({ who, name }, me) =>
  who === me.who ? "Assigned to you" : `Assigned to ${isolated(name)}`;

function thereWords(there, me) {
  const names = there.map(({ who, name }) => (who === me.who ? "you" : isolated(name)));
  return `Here now: ${names.join(", ")}`;
}
