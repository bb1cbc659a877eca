"""Numbers in sentences for staff."""


def counted(number: int, thing: str, things: str = "") -> str:
    """1 line, 2 lines: the number with the word for it; `things` where it does not end in s."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def sentence(text: str) -> str:
    """With a full stop, where it has no end of its own."""
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def is_or_are(number: int) -> str:
    """The verb that goes with so many."""
    return "is" if number == 1 else "are"
