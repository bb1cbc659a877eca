"""Finding a person in the stored bodies of webhooks, however spelled, and wiping those bodies."""

import re
import zlib
from collections.abc import Collection, Iterable
from datetime import datetime
from urllib.parse import unquote_plus

from django.db import models

from integrations.models import InboundEvent

ENDED = ("done", "ignored", "failed", "unreadable")
CHUNK = 200
MOST_UNPACKED = 20_000_000
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([/\"\\]))")


def wipe_bodies(terms: Collection[str], ids: Collection[str], now: datetime) -> int:
    """Wipe the bodies of ended webhooks that hold one of the terms or speak of one of the ids.

    What is still to be handled keeps its body until then; what asks for something that was not
    answered yet, until it is.
    """
    rows = InboundEvent.objects.filter(status__in=ENDED, due_on=None)
    found = holding(terms, ids, rows)
    return wipe(rows.filter(pk__in=found), now)


def holding(
    terms: Collection[str],
    ids: Collection[str],
    rows: "models.QuerySet[InboundEvent] | None" = None,
) -> list[int]:
    """The webhooks whose bodies hold one of the terms or speak of one of the ids."""
    words = [term.lower() for term in terms if term]
    known = {one.lower() for one in ids if one}
    kept = (InboundEvent.objects.all() if rows is None else rows).exclude(body=b"")
    return [pk for pk, body in _bodies(kept) if _tells(plain(body), words, known)]


def _bodies(rows: "models.QuerySet[InboundEvent]") -> Iterable[tuple[int, bytes]]:
    for pk, body in rows.values_list("pk", "body").iterator(chunk_size=CHUNK):
        yield pk, bytes(body)


def _tells(text: str, words: list[str], known: set[str]) -> bool:
    return any(word in text for word in words) or any(
        one in text and _stands_alone(one, text) for one in known
    )


def _stands_alone(external_id: str, text: str) -> bool:
    """1001 is not in 21001."""
    return re.search(rf"(?<![0-9a-z]){re.escape(external_id)}(?![0-9a-z])", text) is not None


def plain(body: bytes) -> str:
    """The body as small letters to search in: unpacked, without escapes and form encoding."""
    text = _decoded(_unpacked(body).replace(b"\x00", b""))
    if "\\" in text:
        text = ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)
    if "%" in text or "+" in text:
        text = f"{text}\n{unquote_plus(text)}"
    return text.lower()


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, MOST_UNPACKED)
    except zlib.error:
        return body


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


def wipe(events: "models.QuerySet[InboundEvent]", now: datetime) -> int:
    """Empty these bodies for good."""
    return events.exclude(body=b"").update(body=b"", forgotten_at=now)


def wipe_late(external_ids: Iterable[str], now: datetime) -> int:
    """Wipe what could not be used and speaks of one of these orders.

    What was used is wiped when it is handled; this is the rest, a few a day.
    """
    bad = InboundEvent.objects.filter(status__in=ENDED, due_on=None).exclude(status="done")
    events = list(bad.exclude(body=b""))
    if not events:
        return 0
    known = {one.rpartition("/")[2].lower() for one in external_ids}
    found = [event.pk for event in events if known & _words(bytes(event.body))]
    return wipe(InboundEvent.objects.filter(pk__in=found), now)


def _words(body: bytes) -> set[str]:
    return set(re.findall(r"[0-9a-z]+", plain(body)))
