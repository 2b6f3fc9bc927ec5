// Staff: what the page says around the conversation (who looks after it, since when somebody
// waits, which forms there are) follows what the server says of it.
import { timeOf } from "./timeline";

const each = (root, name) => root.querySelectorAll(`[data-conversation-${name}]`);

export function showConversation(root, conversation) {
  if (!conversation) return;
  const { assignee, closed, waiting_since: since } = conversation;
  for (const node of each(root, "assignee")) setText(node, assignee?.name ?? "nobody");
  for (const node of each(root, "closed")) node.hidden = !closed;
  for (const node of each(root, "open")) node.hidden = closed;
  for (const node of each(root, "waiting")) {
    node.hidden = !since;
    const time = node.querySelector("time");
    if (time && since && time.dateTime !== since) {
      time.dateTime = since;
      setText(time, timeOf(since));
    }
  }
}

// Left alone when it says so already: a change would be read aloud.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
