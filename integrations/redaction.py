"""Logs carry no secret and no customer: what looks like one is blanked before it is written."""

import logging
import re

PATTERNS = [
    re.compile(r"(?i)\b(?:shp(?:at|rt|ss|ca|ua)_|whsec_|sk_(?:live|test)_|rk_)[\w-]+"),
    re.compile(r"(?<![A-Za-z0-9])cd_[a-z0-9]{8}_[A-Za-z0-9]+"),  # our own API keys
    re.compile(r"(?i)(?<=bearer )[\w.~+/=-]+"),
    re.compile(r"(?i)(?<=basic )[\w+/=-]+"),
    re.compile(
        r"(?i)((?:access_token|refresh_token|client_secret|api_key|password|secret|hmac|(?<![a-z_])code)"
        r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
    ),
    re.compile(r"[\w.+-]+(?:@|%40)[\w-]+\.[\w.-]+"),
    re.compile(r"(?<!\w)\+\d{8,15}\b"),  # a phone number
    # PostgreSQL quotes the whole row it refuses: a customer may be in it.
    re.compile(r"(\bDETAIL:\s*)[^\n]+"),
]


def redact(text: str) -> str:
    """The text with secrets, addresses and phone numbers blanked and line breaks made visible."""
    for pattern in PATTERNS:
        text = pattern.sub(lambda m: (m.group(1) if m.groups() else "") + "[redacted]", text)
    return text.replace("\r", "\\r").replace("\n", "\\n")


class RedactSecrets(logging.Filter):
    """Blanks the finished message, and the traceback's text, of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info)).replace(
                "\\n", "\n"
            )
        return True
