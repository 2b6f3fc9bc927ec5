// Placeholders in braces, filled in by the server when staff send: words for those it does not know.

const IN_BRACES = /\{([a-z_]+)\}/g; // as main/models/canned_replies.py has it

/** Empty when all are known; without a list of them (a customer's page) nothing is looked for. */
export function unknownPlaceholderWords(text, known) {
  if (!known) return "";
  const named = new Set([...text.matchAll(IN_BRACES)].map(([, name]) => name));
  const unknown = [...named].filter((name) => !known.includes(name)).map(braced);
  if (unknown.length === 0) return "";
  const stays = unknown.length === 1 ? "is not known, and stays" : "are not known, and stay";
  return `${unknown.join(", ")} ${stays} as written. There are: ${known.map(braced).join(", ")}.`;
}

const braced = (name) => `{${name}}`;
