import { unknownPlaceholderWords } from "./placeholders";

const KNOWN = ["status", "my_name"];
const THERE_ARE = "There are: {status}, {my_name}.";

test.each([
  ["{status} of {my_name}", ""],
  ["{Status} { status } {}", ""], // braces, but no placeholders
  ["{foo} {status}", `{foo} is not known, and stays as written. ${THERE_ARE}`],
  ["{foo} {bar} {foo}", `{foo}, {bar} are not known, and stay as written. ${THERE_ARE}`],
])("%j", (text, words) => expect(unknownPlaceholderWords(text, KNOWN)).toBe(words));

test("customers have no placeholders", () =>
  expect(unknownPlaceholderWords("{foo}", undefined)).toBe(""));
