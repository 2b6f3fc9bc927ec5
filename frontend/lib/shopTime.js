// Times in the shop's own words are of the shop's clock, those of messages of the reader's.

/** Says whose clock it is, where the two differ at the moment. */
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
