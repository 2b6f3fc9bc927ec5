import { isolated } from "./isolated";

test("what runs from left to right stays as it is", () => {
  for (const text of ["Ada", "Zoë Ó Néill", "村上春樹", "Война и мир", ""]) {
    expect(isolated(text)).toBe(text);
  }
});

test("what may run from right to left has borders, and none of its own", () => {
  expect(isolated("مريم")).toBe("\u2068مريم\u2069");
  expect(isolated("a \u2067דנה\u2069 b")).toBe("\u2068a דנה b\u2069");
});
