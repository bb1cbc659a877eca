"""The stored body of a webhook as a person may read it: indented, masked, or only its shape."""

import json
import re
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.parts import SECRET_WORDS, json_block
from integrations.models import InboundEvent
from integrations.redaction import redact

MOST_SHOWN = 200_000
INDENT = "  "
# The text after a secret-sounding name, in what is no JSON as a whole.
SECRET = re.compile(rf'(?i)("[^"]*(?:{"|".join(SECRET_WORDS)})[^"]*"\s*:\s*)"[^"]*"?')


def body_block(event: InboundEvent, *, full: bool) -> SafeString:
    """The body, pretty; without the permission only its shape, because people are in it."""
    raw = bytes(event.body)[:MOST_SHOWN]
    if not raw:
        return SafeString("")
    try:
        value = json.loads(raw)
    except ValueError:
        text = SECRET.sub(r'\1"•••"', redact(raw.decode("utf-8", "replace")))
        return json_block(indented(text)) if full else hidden("text")
    return json_block(value if full else shape_of(value))


def hidden(what: str) -> SafeString:
    """In place of a body that is no JSON."""
    return format_html('<p class="q">The body is {}; you may not read it.</p>', what)


def shape_of(value: Any) -> Any:
    """The keys of a JSON value with every value hidden."""
    if isinstance(value, dict):
        return {key: shape_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape_of(item) for item in value[:3]]
    return None if value is None else "•••"


def indented(text: str) -> str:
    """Text that was to be JSON, a line for each value, as far as it goes; other text as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    out, depth, quoted, escaped = [], 0, False, False
    for sign in text:
        if quoted:
            quoted, escaped = escaped or sign != '"', sign == "\\" and not escaped
            out.append(sign)
        elif sign in "{[":
            depth += 1
            out.append(f"{sign}\n{INDENT * depth}")
        elif sign in "}]":
            depth = max(0, depth - 1)
            is_empty = bool(out) and out[-1].startswith(("{\n", "[\n"))
            out.append(sign if is_empty else f"\n{INDENT * depth}{sign}")
            if is_empty:
                out[-2] = out[-2][0]
        elif sign == ",":
            out.append(f",\n{INDENT * depth}")
        else:
            quoted = sign == '"'
            out.append(": " if sign == ":" else sign)
    return "".join(out)
