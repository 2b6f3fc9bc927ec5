import { unknownPlaceholderWords } from "./placeholders";

const KNOWN = ["status", "my_name"];
const THERE_ARE = "You can use: {status}, {my_name}.";

test.each([
  ["{status} of {my_name}", ""],
  ["{Status} { status } {}", ""], // braces, but no placeholders
  ["{foo} {status}", `{foo} is not a placeholder and stays as written. ${THERE_ARE}`],
  ["{foo} {bar} {foo}", `{foo}, {bar} are not placeholders and stay as written. ${THERE_ARE}`],
])("%j", (text, words) => expect(unknownPlaceholderWords(text, KNOWN)).toBe(words));

test("customers have no placeholders", () =>
  expect(unknownPlaceholderWords("{foo}", undefined)).toBe(""));
