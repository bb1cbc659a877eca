"""Cells a spreadsheet would run as a formula: made harmless on the way out, restored on the way in.

OWASP ASVS 1.2.10.
"""

import unicodedata

STARTS = ("=", "+", "-", "@", "\t", "\r", "\x00")


def escape_formula(text: str) -> str:
    """The text with a leading ' if a spreadsheet would run it, also after blanks or full-width.

    So is a text that has such a ' of its own: what comes back is what went out.
    """
    return f"'{text}" if _runs(text) or _looks_escaped(text) else text


def unescape_formula(text: str) -> str:
    """The text `escape_formula` was given; one that was typed by hand stays as it is."""
    return text[1:] if _looks_escaped(text) else text


def _runs(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    return plain.startswith(STARTS) or plain.lstrip().startswith(STARTS)


def _looks_escaped(text: str) -> bool:
    rest = text.lstrip("'")
    return rest != text and _runs(rest)
