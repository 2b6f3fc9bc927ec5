import { fireEvent, render, screen } from "@testing-library/preact";
import { Composer } from "./Composer";

const CANNED = [
  { name: "On its way", text: "Your order {order_number} is on its way." },
  { name: "Thanks", text: "Thank you." },
];
let onSend;
let onTyping;

beforeEach(() => {
  [onSend, onTyping] = [jest.fn(), jest.fn()];
  delete window.matchMedia;
});

const open = (props) => render(<Composer onSend={onSend} onTyping={onTyping} {...props} />);
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
  expect(screen.getByRole("alert").textContent).toBe("Write something first.");
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
  expect(field().getAttribute("aria-invalid")).toBe("true");
  press();
  expect(onSend).not.toHaveBeenCalled();
  expect(field().value).toHaveLength(4001);
  write("x".repeat(4000));
  press();
  expect(onSend).toHaveBeenCalledTimes(1);
});

test("what was typed before the script came is there", () => {
  open({ draft: "I began" });
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
  open({ isStopped: true });
  expect(field().disabled).toBe(true);
  expect(button("Send").disabled).toBe(true);
});
