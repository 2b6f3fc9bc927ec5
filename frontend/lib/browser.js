// The browser's services in the shape that lib expects (tests pass their own).

export const clock = {
  now: () => Date.now(),
  setTimeout: (...timer) => window.setTimeout(...timer),
  clearTimeout: (timer) => window.clearTimeout(timer),
};

/** Null if storage is forbidden: then text is kept only as long as the page. */
export function keptStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
