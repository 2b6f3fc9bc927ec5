// The keys in a request: the CSRF token, and a message's own.

/** The page's CSRF token: from one of its forms, or else from the cookie. */
export function csrfToken(document) {
  const field = document.querySelector("[name='csrfmiddlewaretoken']");
  return field?.value ?? cookieToken(document);
}

/**
 * The token in the cookie, which another tab may have renewed. With HTTPS its name has a prefix; one
 * without may come from any host beside ours.
 */
export function cookieToken(document) {
  return cookie(document, "__Host-csrftoken") ?? cookie(document, "csrftoken") ?? "";
}

function cookie(document, name) {
  const pairs = document.cookie.split("; ").map((pair) => pair.split("="));
  return pairs.find(([found]) => found === name)?.[1];
}

/** A UUID, version 4. crypto.randomUUID exists on secure pages only, and ours may be on HTTP. */
export function makeUuid(crypto = window.crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
