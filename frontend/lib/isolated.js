const FSI = "\u2068";
const PDI = "\u2069";
// Embeddings, overrides and isolates: the text's own could end ours.
const BORDERS = /[\u202a-\u202e\u2066-\u2069]/gu;
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Others' text within a sentence, with borders for its direction if it may run from right to left.
 * `isolated` in main/models/foreign_text.py does the same.
 */
export function isolated(text) {
  const plain = text.replace(BORDERS, "");
  return RIGHT_TO_LEFT.test(plain) ? `${FSI}${plain}${PDI}` : plain;
}
