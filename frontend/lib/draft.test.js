import { Draft } from "./draft";

const KEY = "booktime.draft.12.customer";
const open = (typed, storage = localStorage) => new Draft(storage, "12.customer", typed);
const kept = () => localStorage.getItem(KEY);

beforeEach(() => localStorage.clear());

test("it outlives the page, and goes when it is sent", () => {
  open().write("Half a sen");
  const draft = open();
  expect([draft.text, draft.isKept]).toEqual(["Half a sen", true]);
  draft.sent();
  expect([draft.text, kept(), open().text]).toEqual(["", null, ""]);
});

test("an emptied field leaves nothing behind", () => {
  const draft = open();
  draft.write("H");
  draft.write("");
  expect(localStorage).toHaveLength(0);
});

test("another order's, and another person's, are not mixed in", () => {
  open().write("Hm");
  for (const name of ["1.customer", "12.staff-7"]) {
    expect(new Draft(localStorage, name).text).toBe("");
  }
});

test.each([
  ["", "What was kept"],
  ["What was kept", "What was kept"],
  ["What was", "What was kept"],
  ["What was kept, and more", "What was kept, and more"],
  ["Other words", "What was kept\nOther words"],
])("with %j in the field before the script came", (typed, expected) => {
  open().write("What was kept");
  expect(open(typed).text).toBe(expected);
  expect(kept()).toBe(expected);
});

describe("two tabs", () => {
  function tabs() {
    const [one, two] = [open(), open()];
    const told = [];
    two.follow((text) => told.push(text));
    return { one, two, told };
  }

  test("a tab in which nothing was typed says what the other says", () => {
    const { one, two, told } = tabs();
    one.write("Half");
    two.changed();
    one.sent();
    two.changed();
    expect(told).toEqual(["Half", ""]);
    expect(two.text).toBe("");
  });

  test("a tab in which something was typed keeps it, whatever the other does", () => {
    const { one, two, told } = tabs();
    two.write("Mine");
    one.changed();
    one.write("Mine, and more");
    two.changed();
    expect(two.text).toBe("Mine");
    one.sent();
    two.changed();
    expect(two.text).toBe("Mine");
    expect(kept()).toBe("Mine"); // kept again: nobody has sent it
    expect(told).toEqual([]);
  });

  test("what one sends is not the other's words", () => {
    const { one, two } = tabs();
    one.write("One");
    two.write("Two");
    one.changed();
    one.sent();
    expect(kept()).toBe("Two");
  });

  test("the very same words, sent by one, do not wait in the other", () => {
    const { one, two, told } = tabs();
    two.write("Same");
    one.changed();
    one.sent();
    two.changed();
    expect([two.text, kept(), ...told]).toEqual(["", null, ""]);
  });
});

test("a storage that was cleared takes nothing from the field", () => {
  open().write("Half");
  for (const draft of [open(), open("more")]) {
    const { text } = draft;
    localStorage.clear();
    draft.lost();
    expect([draft.text, kept()]).toEqual([text, text]);
  }
});

test("where nothing can be kept, it says so, and holds the text", () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error("full");
    },
    removeItem: () => {},
  };
  for (const storage of [null, full]) {
    const draft = open("", storage);
    expect(draft.isKept).toBe(true);
    draft.write("Half");
    expect([draft.text, draft.isKept]).toEqual(["Half", false]);
    draft.sent();
    expect([draft.text, draft.isKept]).toEqual(["", true]);
  }
});

test("its own key, and no other, is its own", () => {
  const owned = [KEY, `${KEY}x`, null].map((key) => open().owns(key));
  expect(owned).toEqual([true, false, false]);
});
