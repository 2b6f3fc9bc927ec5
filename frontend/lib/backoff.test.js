import { fullJitter } from "./backoff";

test.each([
  [0, 0.5, 250],
  [1, 0.5, 500],
  [3, 0.5, 2000],
  [4, 0.5, 4000],
  [9, 0.5, 4000],
  [5000, 0.999, 7992],
  [5000, 0, 0],
])("attempt %i with chance %p waits %i ms", (attempt, chance, expected) => {
  expect(fullJitter(attempt, { random: () => chance })).toBe(expected);
});
