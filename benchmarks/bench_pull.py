"""Pulling 5,000 items, 100 a page, from a system that takes 50 ms a page: ours, and the limit.

Run by `make bench`, or alone with the number of rounds.

One page after the other, many numbered pages at once, and a chain of pages read ahead while the
database works 15 ms on each. The limit of each is what the waiting alone takes: pages x 50 ms,
divided by how many are asked at once; for a chain, the longer of the two works. Medians; the
server is a process of its own on this machine, and ends with it.
"""

import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 50)
os.environ.setdefault("CREDENTIAL_KEYS", "bench:" + "A" * 43 + "=")

import django

django.setup()

from integrations.http import Client  # noqa: E402
from integrations.prefetch import ahead  # noqa: E402

ITEMS, PAGE = 5_000, 100
PAGES = ITEMS // PAGE
LATENCY_S, DATABASE_S = 0.050, 0.015
ROUNDS = 3


class Handler(BaseHTTPRequestHandler):
    """A page of items after 50 ms."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(LATENCY_S)
        first = int(self.path.strip("/")) * PAGE
        body = json.dumps([{"sku": f"SKU-{first + n}", "units": n} for n in range(PAGE)]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


def serve(ready: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ready.send(server.server_address[1])
    server.serve_forever()


def chain(client: Client) -> Iterator[dict[str, Any]]:
    """One page after the other, as a cursor forces it."""
    for page in range(PAGES):
        yield from client.read("GET", f"/{page}").json()


def numbered(client: Client, width: int) -> Iterator[dict[str, Any]]:
    calls = (("GET", f"/{page}", {}) for page in range(PAGES))
    for answer in client.read_many(calls, at_once=width):
        yield from answer.json()


def store(items: Iterable[dict[str, Any]]) -> int:
    """15 ms for each page, in which this process waits as it does for a database."""
    number = 0
    for number, _ in enumerate(items, 1):
        if number % PAGE == 0:
            time.sleep(DATABASE_S)
    return number


def count(items: Iterable[dict[str, Any]]) -> int:
    return sum(1 for _ in items)


WAITING = PAGES * LATENCY_S
WAYS: list[tuple[str, Callable[[Client], int], float]] = [
    ("read only, one after the other", lambda c: count(chain(c)), WAITING),
    ("read only, read_many(4)", lambda c: count(numbered(c, 4)), WAITING / 4),
    ("read only, read_many(8)", lambda c: count(numbered(c, 8)), WAITING / 8),
    ("and store, one after the other", lambda c: store(chain(c)), WAITING + PAGES * DATABASE_S),
    (
        "and store, ahead",
        lambda c: store(ahead(chain(c), size=PAGE)),
        PAGES * max(LATENCY_S, DATABASE_S) + min(LATENCY_S, DATABASE_S),
    ),
    (
        "and store, read_many(4)",
        lambda c: store(numbered(c, 4)),
        max(WAITING / 4 + DATABASE_S, PAGES * DATABASE_S + LATENCY_S),
    ),
]


def measure(run: Callable[[Client], int], url: str, rounds: int) -> float:
    """The median of the seconds it took."""
    taken = []
    for _ in range(rounds):
        client = Client(url, allow_private=True)
        started = time.perf_counter()
        found = run(client)
        taken.append(time.perf_counter() - started)
        client.close()
        if found != ITEMS:
            raise SystemExit(f"{found} items came, not {ITEMS}.")
    return statistics.median(taken)


def main(rounds: int) -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    print(f"{ITEMS:,} items, {PAGES} pages, {LATENCY_S * 1000:.0f} ms each, ", end="")
    print(f"{DATABASE_S * 1000:.0f} ms to store a page; median of {rounds}\n")
    print(f"{'':32}{'seconds':>9}{'limit':>9}{'x limit':>9}{'x faster':>10}")
    base = 0.0
    for name, run, limit in WAYS:
        seconds = measure(run, url, rounds)
        base = seconds if name.endswith("one after the other") else base
        print(
            f"{name:32}{seconds:>9.2f}{limit:>9.2f}{seconds / limit:>9.2f}{base / seconds:>10.2f}"
        )
    server.terminate()
    server.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
