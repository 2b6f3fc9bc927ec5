"""The languages books are written in (ISO 639-2/B), and the words suppliers use for them."""

LANGUAGES = {
    "ara": "Arabic",
    "chi": "Chinese",
    "cze": "Czech",
    "dan": "Danish",
    "dut": "Dutch",
    "eng": "English",
    "fil": "Filipino",
    "fin": "Finnish",
    "fre": "French",
    "ger": "German",
    "grc": "Ancient Greek",
    "gre": "Greek",
    "heb": "Hebrew",
    "hin": "Hindi",
    "ind": "Indonesian",
    "ita": "Italian",
    "jpn": "Japanese",
    "kor": "Korean",
    "lat": "Latin",
    "mul": "Several languages",
    "nor": "Norwegian",
    "per": "Persian",
    "pol": "Polish",
    "por": "Portuguese",
    "rum": "Romanian",
    "rus": "Russian",
    "spa": "Spanish",
    "swe": "Swedish",
    "tur": "Turkish",
    "vie": "Vietnamese",
    "wel": "Welsh",
}
_LONGEST_CODE = 3
_TWO_LETTERS = {
    "ar": "ara", "da": "dan", "de": "ger", "en": "eng", "es": "spa", "fr": "fre", "it": "ita",
    "ja": "jpn", "nl": "dut", "no": "nor", "pl": "pol", "pt": "por", "ru": "rus", "sv": "swe",
}  # fmt: skip


def language_code(word: str) -> str:
    """The code of a language given by code or English name; empty if `word` is not a language.

    Codes are lower case: "it" is Italian, "IT" a subject.
    """
    if word != word.lower() and len(word.strip()) <= _LONGEST_CODE:
        return ""
    word = word.strip().lower()
    if word in LANGUAGES:
        return word
    by_name = {name.lower(): code for code, name in LANGUAGES.items()}
    return _TWO_LETTERS.get(word) or by_name.get(word, "")


def language_tag(code: str) -> str:
    """The code for web pages (BCP 47): two letters if the language has such a code."""
    shorter = {three: two for two, three in _TWO_LETTERS.items()}
    return shorter.get(code, code)
