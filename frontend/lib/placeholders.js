// Placeholders in braces, which the server fills in when staff send: a warning for unknown ones.

const IN_BRACES = /\{([a-z_]+)\}/g; // as in main/models/canned_replies.py

/** Empty if all are known, or if there is no list of them (a customer's page). */
export function unknownPlaceholderWords(text, known) {
  if (!known) return "";
  const named = new Set([...text.matchAll(IN_BRACES)].map(([, name]) => name));
  const unknown = [...named].filter((name) => !known.includes(name)).map(braced);
  if (unknown.length === 0) return "";
  const stays = unknown.length === 1 ? "is not known, and stays" : "are not known, and stay";
  return `${unknown.join(", ")} ${stays} as written. There are: ${known.map(braced).join(", ")}.`;
}

const braced = (name) => `{${name}}`;
