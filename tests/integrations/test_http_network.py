"""The client on real sockets of this machine: deadlines, breaks, redirects, the environment."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from integrations.errors import Rejected, Retryable, Unconfirmed
from integrations.http import Client, Timeouts

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Script = Callable[[socket.socket], None]


class Server:
    """Answers each connection, in order, with one of the scripts."""

    def __init__(self, scripts: list[Script]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, args=(scripts,), daemon=True)
        self.thread.start()

    def _serve(self, scripts: list[Script]) -> None:
        for script in scripts:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(connection.recv(65536))
                script(connection)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the waiting accept
        self.listener.close()
        self.thread.join(5)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(*scripts: Script) -> Server:
        started.append(Server(list(scripts)))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def answer(text: bytes) -> Script:
    return lambda connection: connection.sendall(text)


def drip(head: bytes) -> Script:
    def send(connection: socket.socket) -> None:
        try:
            connection.sendall(head)
            for _ in range(200):
                connection.sendall(b"1")
                time.sleep(0.02)
        except OSError:
            return

    return send


def client_of(server: Server, **timeouts: float) -> Client:
    return Client(server.url, allow_private=True, timeouts=Timeouts(**timeouts), sleep=lambda s: 0)


@pytest.mark.parametrize("framing", [b"Content-Length: 5000\r\n\r\n", b"\r\n"])
def test_a_dripping_answer_ends_at_the_deadline(serve, framing):
    server = serve(drip(HEAD + framing))
    client = client_of(server, total=0.3)
    started = time.monotonic()
    with pytest.raises(Unconfirmed) as error:
        client.write("POST", "/")
    client.close()
    assert "did not finish its answer in time" in str(error.value)
    assert time.monotonic() - started < 1.5


def test_silence_ends_at_the_read_time_out(serve):
    released = threading.Event()
    server = serve(lambda connection: released.wait(5))
    client = client_of(server, read=0.2)
    with pytest.raises(Unconfirmed) as error:
        client.write("POST", "/")
    released.set()
    client.close()
    assert "did not answer in time" in str(error.value)


@pytest.mark.parametrize(
    "cut",
    [b"", HEAD + b"Content-Length: 50\r\n\r\n{", HEAD + b"Transfer-Encoding: chunked\r\n\r\n9"],
)
def test_a_connection_that_breaks_after_sending_leaves_a_write_unconfirmed(serve, cut):
    server = serve(answer(cut))
    client = client_of(server)
    with pytest.raises(Unconfirmed):
        client.write("POST", "/")
    client.close()
    assert len(server.requests) == 1


def test_a_read_survives_a_broken_connection(serve):
    server = serve(answer(b""), answer(HEAD + b"Content-Length: 2\r\n\r\n{}"))
    client = client_of(server)
    assert client.read("GET", "/").json() == {}
    client.close()


@pytest.mark.parametrize("call", ["read", "write"])
def test_a_refused_connection_was_never_sent(call):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}", allow_private=True, sleep=lambda s: 0)
    with pytest.raises(Retryable) as error:
        getattr(client, call)("POST", "/")
    client.close()
    assert (error.value.counts, str(error.value)) == (
        False,
        "No connection to 127.0.0.1 could be made.",
    )


def test_a_name_that_does_not_resolve_was_never_sent(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror("unknown")

    monkeypatch.setattr("socket.getaddrinfo", fail)
    for allow_private in (False, True):
        client = Client("https://nowhere.example.com", allow_private=allow_private)
        with pytest.raises(Retryable) as error:
            client.write("POST", "/")
        assert error.value.counts is False


def test_a_certificate_nobody_signed_was_never_sent(tmp_path):
    heard = []
    with tls_server(tmp_path, heard) as port:
        client = Client(f"https://127.0.0.1:{port}", allow_private=True)
        with pytest.raises(Retryable) as error:
            client.write("POST", "/", json={"secret": "s3cret"})
        client.close()
    assert (error.value.counts, heard) == (False, [])


@contextlib.contextmanager
def tls_server(folder, heard):
    """A server with a certificate it signed itself; `heard` gets what it could read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_once():
            line, _ = listener.accept()
            with line, contextlib.suppress(ssl.SSLError, OSError):
                heard.append(context.wrap_socket(line, server_side=True).recv(4096))

        thread = threading.Thread(target=answer_once)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def test_what_speaks_no_tls_gets_nothing(serve):
    server = serve(answer(b"this is no TLS at all"))
    client = Client(server.url.replace("http:", "https:"), allow_private=True)
    with pytest.raises((Retryable, Unconfirmed)):
        client.write("POST", "/", json={"secret": "s3cret"})
    client.close()
    assert b"s3cret" not in server.requests[0]


def test_a_redirect_is_not_followed_and_no_header_leaves(serve):
    other = serve(answer(HEAD + b"\r\n{}"))
    location = f"Location: {other.url}/\r\nContent-Length: 0\r\n\r\n".encode()
    server = serve(answer(b"HTTP/1.1 302 Found\r\n" + location))
    client = client_of(server)
    client.authorize(lambda: {"X-Shopify-Access-Token": "t"}, lambda: False)
    with pytest.raises(Rejected):
        client.write("POST", "/")
    client.close()
    assert other.requests == []


def test_proxies_and_passwords_of_the_environment_are_ignored(serve, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login joe password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server = serve(answer(HEAD + b"Content-Length: 2\r\n\r\n{}"))
    client = client_of(server)
    assert client.read("GET", "/").status == 200
    client.close()
    assert b"Authorization" not in server.requests[0]


def test_cookies_are_not_kept(serve):
    first = HEAD + b"Set-Cookie: a=b; Path=/\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    server = serve(answer(first), answer(HEAD + b"Content-Length: 2\r\n\r\n{}"))
    client = client_of(server)
    client.read("GET", "/")
    client.read("GET", "/")
    client.close()
    assert b"Cookie" not in server.requests[1]
