"""A system of numbered pages on a socket of this machine, and who is left in the process."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.http import Client

# What a page is answered with: its status and headers, after so many seconds.
Answer = tuple[int, dict[str, str], float]
OK: Answer = (200, {}, 0.0)


class Pages:
    """Serves /1, /2 ...; `script` says how; remembers what was asked, how much at once."""

    def __init__(self) -> None:
        self.script: Callable[[int, int], Answer] = lambda page, attempt: OK
        self.asked: list[int] = []
        self.busiest = self._busy = 0
        self._lock = threading.Lock()
        pages = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                pages.answer(self)

            def log_message(self, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        page = int(handler.path.strip("/"))
        with self._lock:
            self.asked.append(page)
            attempt = self.asked.count(page)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        status, headers, seconds = self.script(page, attempt)
        time.sleep(seconds)
        with self._lock:
            self._busy -= 1
        body = json.dumps({"page": page, "by": handler.headers.get("Authorization", "")}).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with contextlib.suppress(OSError):
            handler.wfile.write(body)


@pytest.fixture
def pages() -> Iterator[Pages]:
    """The system."""
    served = Pages()
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture
def told() -> list[tuple[str, int | None, int]]:
    """Of each try that was recorded: in which thread, its status, which try."""
    return []


@pytest.fixture
def naps() -> list[float]:
    """Seconds slept between tries; nobody waits for them."""
    return []


@pytest.fixture
def client(pages: Pages, told: list[object], naps: list[float]) -> Iterator[Client]:
    """Calls the system."""

    def record(call: object) -> None:
        told.append((threading.current_thread().name, call.status, call.attempt))

    client = Client(pages.url, allow_private=True, sleep=naps.append, on_call=record)
    yield client
    client.close()


def helpers() -> list[str]:
    """The threads of pools and of reading ahead that are alive."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith(("read_", "ahead"))]
