// Keys that a request carries: against forgery, and a message's own.

/** The page's own token: in a form of it; else in the cookie. */
export function csrfToken(document) {
  const field = document.querySelector("[name='csrfmiddlewaretoken']");
  return field?.value ?? cookieToken(document);
}

/** That of the cookie, which another tab may have renewed since. */
export function cookieToken(document) {
  return /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie)?.[1] ?? "";
}

/** A UUID, version 4. crypto.randomUUID is there on secure pages only; the shop may be without. */
export function makeUuid(crypto = window.crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
