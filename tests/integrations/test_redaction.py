"""Logs carry no secret and no customer."""

import logging

import pytest

from integrations.redaction import RedactSecrets, redact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("token shpat_0123abcd refused", "token [redacted] refused"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer [redacted]"),
        ("?client_secret=hush&x=1", "?client_secret=[redacted]&x=1"),
        ('{"refresh_token": "shprt_1", "a": 1}', '{"refresh_token": "[redacted]", "a": 1}'),
        ("?code=abc123&x=1", "?code=[redacted]&x=1"),
        ('"province_code": "CA"', '"province_code": "CA"'),
        ("mail to dana.petrov@customer.example failed", "mail to [redacted] failed"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("order CD-ABC placed", "order CD-ABC placed"),
    ],
)
def test_secrets_people_and_line_breaks_are_blanked(text, left):
    assert redact(text) == left


def test_arguments_and_tracebacks_are_covered():
    failure = ValueError("password=hush")
    caught = (ValueError, failure, failure.__traceback__)
    record = logging.LogRecord("x", 40, "f", 1, "secret=%s", ("hush",), caught)

    assert RedactSecrets().filter(record) is True

    assert record.getMessage() == "secret=[redacted]"
    assert "hush" not in record.exc_text
