// What a browser gives, in the shape that the rest of lib takes it in (tests give their own).

export const clock = {
  now: () => Date.now(),
  setTimeout: (...timer) => window.setTimeout(...timer),
  clearTimeout: (timer) => window.clearTimeout(timer),
};

/** Null where storing is forbidden: what is written is then kept as long as the page. */
export function keptStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
