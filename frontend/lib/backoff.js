// How long to wait before trying again: full jitter, so that a crowd cut off at once comes back
// spread out.

/** Milliseconds: anything from 0 to twice as much each time, up to the cap. */
export function fullJitter(attempt, { base = 500, cap = 8000, random = Math.random } = {}) {
  return Math.floor(random() * Math.min(cap, base * 2 ** Math.min(attempt, 20)));
}
