// How long to wait before trying again: full jitter, so that a crowd that was cut off at once does
// not return at once.

/** Milliseconds: random, between 0 and a limit that doubles with each attempt, up to the cap. */
export function fullJitter(attempt, { base = 500, cap = 8000, random = Math.random } = {}) {
  return Math.floor(random() * Math.min(cap, base * 2 ** Math.min(attempt, 20)));
}
