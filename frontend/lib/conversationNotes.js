// For staff: keeps the page around the conversation (assignee, waiting time, forms) in step with
// what the server says.
import { dayAndTime } from "./timeline";

const each = (root, name) => root.querySelectorAll(`[data-conversation-${name}]`);

export function showConversation(root, conversation, me) {
  if (!conversation) return;
  const { assignee, closed, waiting_since: since } = conversation;
  for (const node of each(root, "assignee")) setText(node, assignee?.name ?? "nobody");
  for (const node of each(root, "closed")) node.hidden = !closed;
  for (const node of each(root, "open")) node.hidden = closed;
  // Not offered to its assignee.
  for (const node of each(root, "take")) node.hidden = assignee?.who === me.who;
  for (const node of each(root, "waiting")) {
    node.hidden = !since;
    const time = node.querySelector("time");
    if (!time || !since) continue;
    time.dateTime = since;
    setText(time, dayAndTime(since));
  }
}

/** The forms send along up to which message their sender has read. */
export function showSeen(root, seq) {
  for (const field of root.querySelectorAll("input[name='seen']")) field.value = seq;
}

// Unchanged text is left alone: screen readers would announce the change.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
