// Times in the shop's sentences are by the shop's clock, times of messages by the reader's.

/** Adds whose clock it is, if the two differ at that moment. */
export function inShopTime(words, zone, now = Date.now()) {
  return differs(zone, now) ? words.replace(/\d\d:\d\d/g, "$& (shop time)") : words;
}

function differs(zone, now) {
  try {
    return Boolean(zone) && clockOf(zone, now) !== clockOf(undefined, now);
  } catch {
    return false; // a zone that this browser does not know
  }
}

const clockOf = (timeZone, now) =>
  new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "short" }).format(
    now,
  );
