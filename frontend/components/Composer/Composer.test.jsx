import { act, fireEvent, render, screen } from "@testing-library/preact";
import { Composer } from "./Composer";
import { Draft } from "../../lib/draft";

const CANNED = [
  { name: "On its way", text: "Your order {order_number} is on its way." },
  { name: "Thanks", text: "Thank you." },
];
let onSend;
let onTyping;

beforeEach(() => {
  [onSend, onTyping] = [jest.fn(), jest.fn()];
  localStorage.clear();
  delete window.matchMedia;
});

const open = ({ typed, storage = localStorage, ...props } = {}) => {
  const draft = new Draft(storage, "12.customer", typed);
  return { ...render(<Composer {...{ draft, onSend, onTyping, ...props }} />), draft };
};
const field = () => screen.getByRole("textbox", { name: "Your message" });
const write = (value) => fireEvent.input(field(), { target: { value } });
const press = (keys) => fireEvent.keyDown(field(), { key: "Enter", ...keys });
const button = (name) => screen.getByRole("button", { name });

test("Enter sends, without the space around it, and the field is free again", () => {
  open();
  write("  Hello?\n");
  press();
  expect(onSend.mock.calls).toEqual([["Hello?"]]);
  expect(field().value).toBe("");
  expect(document.activeElement).toBe(field());
});

test.each([[{ shiftKey: true }], [{ isComposing: true }], [{ key: "a" }]])(
  "%j does not send",
  (keys) => {
    open();
    write("Hello?");
    press(keys);
    expect(onSend).not.toHaveBeenCalled();
    expect(field().value).toBe("Hello?");
  },
);

test("the Enter that ends a composition does not send, in Safari either", () => {
  open();
  fireEvent.compositionStart(field());
  write("ありがとう");
  press({ isComposing: true, keyCode: 229 });
  fireEvent.compositionEnd(field());
  press({ isComposing: false, keyCode: 229 });
  expect(onSend).not.toHaveBeenCalled();
  expect(field().value).toBe("ありがとう");
  press({ keyCode: 13 });
  expect(onSend.mock.calls).toEqual([["ありがとう"]]);
});

test("where there is no keyboard, Enter begins a new line, and the button sends", () => {
  window.matchMedia = () => ({ matches: true });
  open();
  write("Hello?");
  press();
  expect(onSend).not.toHaveBeenCalled();
  fireEvent.click(button("Send"));
  expect(onSend).toHaveBeenCalledWith("Hello?");
});

test("nothing is sent as nothing", () => {
  open();
  write("  \n ");
  press();
  expect(onSend).not.toHaveBeenCalled();
  expect(screen.getByRole("alert").textContent).toBe("Please write a message first.");
  write("H");
  expect(screen.getByRole("alert").textContent).toBe("");
});

test("near the limit it counts, as the server does, and beyond it does not send", () => {
  open();
  write("x".repeat(3699));
  expect(screen.queryByText(/characters/)).toBeNull();
  write("📚".repeat(3990));
  expect(screen.getByText("10 characters left")).toBeTruthy();
  write("x".repeat(4001));
  expect(screen.getByText("1 character too many")).toBeTruthy();
  press();
  expect(screen.getByRole("alert").textContent).toBe(
    "A message has at most 4,000 characters; this one has 4,001.",
  );
  write("x".repeat(5001));
  expect(screen.getByText("1,001 characters too many")).toBeTruthy();
  write("x".repeat(4001));
  expect(field().getAttribute("aria-invalid")).toBe("true");
  press();
  expect(onSend).not.toHaveBeenCalled();
  expect(field().value).toHaveLength(4001);
  write("x".repeat(4000));
  press();
  expect(onSend).toHaveBeenCalledTimes(1);
});

test("what was typed before the script came is there", () => {
  open({ typed: "I began" });
  expect(field().value).toBe("I began");
});

test("that somebody writes is told", () => {
  open();
  write("H");
  write(" ");
  expect(onTyping.mock.calls).toEqual([[true], [false]]);
});

test("what a program empties is empty", () => {
  open();
  write("Hello?");
  field().value = "";
  fireEvent(field(), new Event("change", { bubbles: true }));
  press();
  expect(onSend).not.toHaveBeenCalled();
});

test("what stands in the field outlives the page, until it is sent", () => {
  const first = open();
  write("Half a sen");
  first.unmount();
  const second = open();
  expect(field().value).toBe("Half a sen");
  press();
  second.unmount();
  open();
  expect(field().value).toBe("");
});

test("where nothing can be kept, it says so, while there is something", () => {
  const { container } = open({ storage: null });
  const warning = () => container.querySelector(".composer-warning").textContent.trim();
  expect(warning()).toBe("");
  write("Half a sen");
  expect(warning()).toBe(
    "Your browser can’t save this text: it will be lost if you leave the page.",
  );
  press();
  expect(warning()).toBe("");
});

test("another tab's words come into a field in which nothing was typed", () => {
  const { draft } = open();
  localStorage.setItem("booktime.draft.12.customer", "From there");
  act(() => draft.changed());
  expect(field().value).toBe("From there");
});

test("placeholders that are not known are named to staff", () => {
  const { container } = open({ placeholders: ["order_number", "status"] });
  const warning = () => container.querySelector(".composer-warning").textContent.trim();
  write("{order_number} is {status}");
  expect(warning()).toBe("");
  write("{order_number} is {sttus}");
  expect(warning()).toBe(
    "{sttus} is not a placeholder and stays as written. You can use: {order_number}, {status}.",
  );
});

test.each([["input"], ["change"]])("a canned reply is chosen by %s", (event) => {
  open({ canned: CANNED });
  const select = screen.getByRole("combobox", { name: "Canned reply" });
  fireEvent[event](select, { target: { value: "Thanks" } });
  fireEvent.click(button("Insert"));
  expect(field().value).toBe("Thank you.");
});

test("a canned reply goes where the cursor is", () => {
  open({ canned: CANNED });
  expect(button("Insert").disabled).toBe(true);
  write("Dear Ada, ");
  field().setSelectionRange(10, 10);
  const select = screen.getByRole("combobox", { name: "Canned reply" });
  fireEvent.input(select, { target: { value: "On its way" } });
  fireEvent.click(button("Insert"));
  expect(field().value).toBe("Dear Ada, Your order {order_number} is on its way.");
  expect(document.activeElement).toBe(field());
});

test("customers have no canned replies", () => {
  open();
  expect(screen.queryByRole("combobox")).toBeNull();
});

test("when all is over nothing can be written", () => {
  open({ isStopped: true, typed: "Too late" });
  expect(field().readOnly).toBe(true);
  expect(button("Send").disabled).toBe(true);
  press();
  expect(onSend).not.toHaveBeenCalled();
  expect(field().value).toBe("Too late");
});
