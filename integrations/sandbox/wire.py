"""Answers that go wrong on the wire: cut, reset, dripped, endless."""

import gzip
import io
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from threading import Event

from .messages import Response, Spoil

BLOCK = 1024 * 1024
NEVER_SENT = 4096  # bytes that a truncated answer promises and keeps back
LONGEST_DRIP = 3600.0


def send_spoilt(handler: BaseHTTPRequestHandler, answer: Response, stopping: Event) -> None:
    """Send what the spoil says and end the connection. Raises OSError when the client leaves."""
    if answer.spoil is None:
        raise LookupError("Only a spoilt answer is sent this way")
    handler.close_connection = True
    SENDERS[answer.spoil.how](handler, answer, answer.spoil, stopping)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """End the connection with RST, as a crashed machine or a firewall does."""
    line = handler.connection
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(line.detach())  # closing the socket object would send FIN first


def _head(handler: BaseHTTPRequestHandler, answer: Response, **headers: str) -> None:
    handler.send_response(answer.status)
    handler.send_header("Content-Type", answer.content_type)
    for name, value in {**answer.headers, **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.flush()


def _reset(handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, _: Event) -> None:
    reset(handler)


def _hang_up(handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, _: Event) -> None:
    """Nothing is sent; the server closes the connection in the ordinary way."""


def _reset_midway(
    handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, stopping: Event
) -> None:
    _head(handler, answer, Content_Length=str(len(answer.body)))
    handler.wfile.write(answer.body[: len(answer.body) // 2])
    stopping.wait(0.05)  # the half arrives before the reset, which would discard it
    reset(handler)


def _truncate(handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, _: Event) -> None:
    _head(handler, answer, Content_Length=str(len(answer.body) + NEVER_SENT))
    handler.wfile.write(answer.body)


def _cut_chunks(handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, _: Event) -> None:
    _head(handler, answer, Transfer_Encoding="chunked")
    half = answer.body[: max(1, len(answer.body) // 2)]
    handler.wfile.write(_chunk(half) + b"1000\r\nthe rest of this chunk never co")


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def _drip(handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, stopping: Event) -> None:
    """One byte at a time, with spaces after the last one, so that it never ends by itself."""
    _head(handler, answer, Transfer_Encoding="chunked")
    ends, sent = time.monotonic() + LONGEST_DRIP, 0
    while time.monotonic() < ends and not stopping.wait(spoil.seconds):
        handler.wfile.write(_chunk(answer.body[sent : sent + 1] or b" "))
        sent += 1


def _huge(handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, stopping: Event) -> None:
    """The answer followed by blanks, which JSON allows: readable, were it not for the size."""
    total = max(len(answer.body), int(spoil.megabytes * BLOCK))
    _head(handler, answer, Content_Length=str(total))
    handler.wfile.write(answer.body)
    _pour(handler.wfile.write, total - len(answer.body), stopping)


def _pour(write: Callable[[bytes], object], left: int, stopping: Event) -> None:
    block = b" " * BLOCK
    while left > 0 and not stopping.is_set():
        write(block[:left])
        left -= len(block)


def _gzip_bomb(
    handler: BaseHTTPRequestHandler, answer: Response, spoil: Spoil, stopping: Event
) -> None:
    """A few kilobytes on the wire that unpack to the given size."""
    _head(handler, answer, Content_Encoding="gzip", Transfer_Encoding="chunked")
    for packed in _packed(answer.body, int(spoil.megabytes * BLOCK), stopping):
        handler.wfile.write(_chunk(packed))
    handler.wfile.write(b"0\r\n\r\n")


def _packed(body: bytes, total: int, stopping: Event) -> Iterator[bytes]:
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=9) as packer:
        packer.write(body)
        left = total - len(body)
        while left > 0 and not stopping.is_set():
            packer.write(b" " * min(BLOCK, left))
            left -= BLOCK
            if target.tell():
                yield target.getvalue()
                target.seek(0)
                target.truncate()
    yield target.getvalue()


SENDERS: dict[str, Callable[[BaseHTTPRequestHandler, Response, Spoil, Event], None]] = {
    "reset": _reset,
    "hang_up": _hang_up,
    "reset_midway": _reset_midway,
    "truncated": _truncate,
    "cut_chunks": _cut_chunks,
    "drip": _drip,
    "huge_body": _huge,
    "gzip_bomb": _gzip_bomb,
}
