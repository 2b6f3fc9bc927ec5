import { showConversation } from "./conversationNotes";
import { timeOf } from "./timeline";

const SINCE = "2025-03-03T10:00:00.000Z";
const hidden = (name) => document.querySelector(`[data-conversation-${name}]`).hidden;

beforeEach(() => {
  document.body.innerHTML = `
    <b data-conversation-assignee>nobody</b>
    <span data-conversation-waiting hidden>since <time datetime=""></time></span>
    <form data-conversation-open></form>
    <form data-conversation-closed hidden></form>`;
});

test("the page follows what is said of the conversation", () => {
  const assignee = { who: "staff-7", name: "Olive" };
  showConversation(document, { assignee, closed: false, waiting_since: SINCE });
  expect(document.querySelector("b").textContent).toBe("Olive");
  expect(document.querySelector("time").textContent).toBe(timeOf(SINCE));
  expect(["waiting", "open", "closed"].map(hidden)).toEqual([false, false, true]);

  showConversation(document, { assignee: null, closed: true, waiting_since: null });
  expect(document.querySelector("b").textContent).toBe("nobody");
  expect(["waiting", "open", "closed"].map(hidden)).toEqual([true, true, false]);
});

test("of a customer's page, which is told nothing of it, nothing changes", () => {
  const before = document.body.innerHTML;
  showConversation(document, null);
  expect(document.body.innerHTML).toBe(before);
});
