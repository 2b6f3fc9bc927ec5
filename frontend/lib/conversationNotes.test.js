import { showConversation, showSeen } from "./conversationNotes";
import { dayAndTime } from "./timeline";

const SINCE = "2025-03-03T10:00:00.000Z";
const OLIVE = { who: "staff-7", name: "Olive" };
const hidden = (name) => document.querySelector(`[data-conversation-${name}]`).hidden;

beforeEach(() => {
  document.body.innerHTML = `
    <b data-conversation-assignee>nobody</b>
    <span data-conversation-waiting hidden>since <time datetime=""></time></span>
    <form data-conversation-open>
      <button data-conversation-take>Assign to me</button><input name="seen" value="3">
    </form>
    <form data-conversation-closed hidden><input name="seen" value="3"></form>`;
});

test("the page follows what is said of the conversation", () => {
  showConversation(document, { assignee: OLIVE, closed: false, waiting_since: SINCE }, OLIVE);
  expect(document.querySelector("b").textContent).toBe("Olive");
  expect(document.querySelector("time").textContent).toBe(dayAndTime(SINCE));
  expect(document.querySelector("time").textContent).toMatch(/^Mon,? 3 March/);
  expect(["waiting", "open", "closed"].map(hidden)).toEqual([false, false, true]);

  showConversation(document, { assignee: null, closed: true, waiting_since: null }, OLIVE);
  expect(document.querySelector("b").textContent).toBe("nobody");
  expect(["waiting", "open", "closed"].map(hidden)).toEqual([true, true, false]);
});

test.each([
  [OLIVE, true],
  [{ who: "staff-8", name: "Otto" }, false],
  [null, false],
])("while %j is looking after it, whether Olive is not asked to: %p", (assignee, expected) => {
  showConversation(document, { assignee, closed: false, waiting_since: null }, OLIVE);
  expect(hidden("take")).toBe(expected);
});

test("a time that the server wrote is the reader's then, and of another day", () => {
  const time = document.querySelector("time");
  time.setAttribute("datetime", "2025-03-03T10:00:00+00:00");
  time.textContent = "3 Mar, 10:00";
  showConversation(document, { assignee: null, closed: false, waiting_since: SINCE }, OLIVE);
  expect(time.textContent).toBe(dayAndTime(SINCE));
});

test("the forms say what was seen", () => {
  showSeen(document, 5);
  const fields = [...document.querySelectorAll("[name=seen]")];
  expect(fields.map(({ value }) => value)).toEqual(["5", "5"]);
});

test("of a customer's page, which is told nothing of it, nothing changes", () => {
  const before = document.body.innerHTML;
  showConversation(document, null);
  expect(document.body.innerHTML).toBe(before);
});
