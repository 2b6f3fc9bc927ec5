// Staff: what the page says around the conversation (who looks after it, since when somebody
// waits, which forms there are) follows what the server says of it.
import { dayAndTime } from "./timeline";

const each = (root, name) => root.querySelectorAll(`[data-conversation-${name}]`);

export function showConversation(root, conversation, me) {
  if (!conversation) return;
  const { assignee, closed, waiting_since: since } = conversation;
  for (const node of each(root, "assignee")) setText(node, assignee?.name ?? "nobody");
  for (const node of each(root, "closed")) node.hidden = !closed;
  for (const node of each(root, "open")) node.hidden = closed;
  // Not offered to who has it already.
  for (const node of each(root, "take")) node.hidden = assignee?.who === me.who;
  for (const node of each(root, "waiting")) {
    node.hidden = !since;
    const time = node.querySelector("time");
    if (!time || !since) continue;
    time.dateTime = since;
    setText(time, dayAndTime(since));
  }
}

/** The forms say up to which message their sender has seen. */
export function showSeen(root, seq) {
  for (const field of root.querySelectorAll("input[name='seen']")) field.value = seq;
}

// Left alone when it says so already: a change would be read aloud.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
