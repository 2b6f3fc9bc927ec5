import { inShopTime } from "./shopTime";

const HOURS = "We’re closed and open again on Monday at 09:00.";
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

test("it says whose clock it is, where the two differ", () => {
  const there = "We’re closed and open again on Monday at 09:00 (shop time).";
  expect(inShopTime(HOURS, "Asia/Kathmandu")).toBe(there);
});

test.each([[HERE], [undefined], ["No/Where"]])("in %p it says nothing of it", (zone) =>
  expect(inShopTime(HOURS, zone)).toBe(HOURS),
);

test("words without an hour stay as they are", () => {
  const words = "We usually reply within 12 minutes.";
  expect(inShopTime(words, "Asia/Kathmandu")).toBe(words);
});
