"""The HTTP server: sockets in, router, sockets out; and `serve`, which starts everything."""

import contextlib
import logging
import select
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from aiosmtpd.controller import Controller

from .config import Config
from .mail import start_mailbox
from .messages import BadRequest, Request, Response, text
from .router import Router
from .routes import build_router
from .sellercloud.seed import seed_erps
from .shopify.courier import Courier
from .shopify.graphql.binding import bound_schema
from .shopify.seed import seed_world
from .state import Keeper, load_state
from .stripe.seed import seed_stripes
from .warehouses.seed import seed_warehouses
from .wire import send_spoilt
from .world import UnknownStore, World

log = logging.getLogger(__name__)
LARGEST_BODY = 10 * 1024 * 1024
STOP_WITHIN_SECONDS = 0.1
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: "_HttpServer"

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        log.debug(format, *args)

    def _serve(self) -> None:
        try:
            response = self._answer()
        except BadRequest as exc:
            response = text(str(exc), 400)
        except UnknownStore as exc:
            response = text(f"There is no store, ERP or account {exc}.", 404)
        if response.hold_seconds is not None:
            self._hold(response.hold_seconds)
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if response.spoil is not None:
                send_spoilt(self, response, self.server.world.stopping)
                return
            self._send(response)

    def _answer(self) -> Response:
        body = self._body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        refusal = _stranger(headers, self.command)
        if refusal is not None:
            return refusal
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            raw_query=parts.query,
            headers=headers,
            body=body,
            base_url=self.server.world.url,
        )
        return self.server.router.answer(self.server.world, request)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            raise BadRequest("The body is too large or has no proper length.")
        return self.rfile.read(int(length))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        if response.status != 204:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value.replace("\r", "").replace("\n", ""))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _hold(self, seconds: float) -> None:
        """Keep the line open and say nothing, then cut it; ends early when the client leaves."""
        self.close_connection = True
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.server.world.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.1)
            if readable and not _peek(self.connection):
                return
            if readable:
                self.server.world.stopping.wait(0.1)


def _peek(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return b""


def _stranger(headers: dict[str, str], method: str) -> Response | None:
    """Refuse other names for this machine, and writes that another site's page sends."""
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in LOCAL_NAMES and host not in LOCAL_NAMES:
        return text("The sandbox answers on this machine only.", 403)
    origin = headers.get("origin")
    if method == "POST" and origin is not None and urlsplit(origin).netloc != host:
        return text("This page may only be used from the sandbox itself.", 403)
    return None


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, world: World, router: Router) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.router = router

    def handle_error(self, request: Any, client_address: Any) -> None:
        if isinstance(sys.exception(), ConnectionError):  # the client went away: not our failure
            return
        log.exception("A request from %s failed", client_address)


class Server:
    """A running sandbox. `url` has no slash at the end; `close` stops every thread of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._http = _HttpServer(world.config.port, world, build_router())
        self.port: int = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        world.url = self.url
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(STOP_WITHIN_SECONDS,), name="sandbox-http"
        )
        self._thread.daemon = True
        self._courier = Courier(world)
        self._keeper = self._start_keeper()
        self._mailbox = self._start_mailbox()
        self.smtp_port: int | None = self._mailbox.port if self._mailbox else None
        self._courier.start()
        self._thread.start()

    def _start_keeper(self) -> Keeper | None:
        path = self.world.config.state_path
        if path is None:
            return None
        keeper = Keeper(path, self.world.snapshot)
        self.world.on_change = keeper.mark
        keeper.start()
        return keeper

    def _start_mailbox(self) -> Controller | None:
        port = self.world.config.smtp_port
        return start_mailbox(self.world, port) if port is not None else None

    def close(self) -> None:
        """Stop taking requests, finish what is under way, save. A second call does nothing."""
        if self.world.stopping.is_set():
            return
        self.world.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self._courier.close()
        if self._mailbox is not None:
            self._mailbox.stop()
        if self._keeper is not None:
            self._keeper.close()


def serve(config: Config) -> Server:
    """Start a sandbox and return at once. Raises OSError for a taken port, StateError."""
    state = load_state(config.state_path) if config.state_path else None
    world = World(config, state)
    seed_world(world, stores=config.seed)
    seed_erps(world, wanted=config.seed)
    seed_warehouses(world, wanted=config.seed)
    seed_stripes(world, wanted=config.seed)
    bound_schema()  # half a second of work that the first callers would otherwise wait for
    return Server(world)
