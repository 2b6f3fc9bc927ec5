// Placeholders in braces, which the server fills in when staff send: a warning for unknown ones.

const IN_BRACES = /\{([a-z_]+)\}/g; // as in main/models/canned_replies.py

/** Empty if all are known, or if there is no list of them (a customer's page). */
export function unknownPlaceholderWords(text, known) {
  if (!known) return "";
  const named = new Set([...text.matchAll(IN_BRACES)].map(([, name]) => name));
  const unknown = [...named].filter((name) => !known.includes(name)).map(braced);
  if (unknown.length === 0) return "";
  const are =
    unknown.length === 1 ? "is not a placeholder and stays" : "are not placeholders and stay";
  return `${unknown.join(", ")} ${are} as written. You can use: ${known.map(braced).join(", ")}.`;
}

const braced = (name) => `{${name}}`;
