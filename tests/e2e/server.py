"""A PostgreSQL server of a test's own, to be hurt; and `manage.py up` on top of it."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from django.conf import settings
from django.db import connection

from config.environment import TEST_CREDENTIAL_KEYS
from tests.e2e.stack import API_KEY, API_SECRET, MARK, ROOT, Process, eventually, free_port

WORKERS = {2: "crossdock", 1: "flows"}


def programs() -> Path:
    """The folder of the server's programs."""
    known = shutil.which("initdb") or next(
        iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    assert known, "PostgreSQL's server programs are not installed."
    return Path(known).parent


@dataclass
class Server:
    """Started and stopped like a real one; its data goes with the test."""

    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        self.folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._ctl("-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Every connection is cut at once, as when the machine loses its power."""
        self._ctl("-m", "immediate", "stop")

    def restart(self) -> None:
        self._ctl("-m", "immediate", "restart")

    def _ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # The server refuses to run as root, as which tests run in containers.
        as_other: dict[str, Any] = {}
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            as_other = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        subprocess.run(
            [str(programs() / program), *arguments],
            cwd=self.folder, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, **as_other,
        )  # fmt: skip


@contextmanager
def default_database(port: int) -> Iterator[None]:
    """This process looks at the test's own server, too."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        NAME="postgres", USER="postgres", PASSWORD="", HOST="127.0.0.1", PORT=port
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


@dataclass
class Portal:
    """`manage.py up --sandbox` in a process of its own, with all it starts."""

    folder: Path
    server: Server
    silent_s: int
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    mail_port: int = field(default_factory=free_port)
    secret_key: str = field(default_factory=lambda: settings.SECRET_KEY)
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def start(self, *arguments: str) -> None:
        """Start it and wait until the portal and both clusters work."""
        self.process = Process(
            ["manage.py", "up", "--sandbox", "--port", str(self.port), "--sandbox-port",
             str(self.sandbox_port), "--mail-port", str(self.mail_port), "--sandbox-state",
             str(self.folder / "stores.json"), "--grace", "20", *arguments],
            self._env(),
            self.folder / "up.log",
        )  # fmt: skip
        self.process.start()
        eventually(self.answers, "portal and sandbox answer", 60)

    def _env(self) -> dict[str, str]:
        passed_on = ("PATH", "PYTHONPATH")
        return {
            **{name: os.environ[name] for name in passed_on if name in os.environ},
            MARK: self.mark,
            "DATABASE_URL": self.server.url,
            "SECRET_KEY": self.secret_key,
            "CREDENTIAL_KEYS": TEST_CREDENTIAL_KEYS,
            "BASE_URL": self.url,
            "SANDBOX_URL": self.sandbox_url,
            "ALLOW_PRIVATE_HOSTS": "1",
            "SHOPIFY_API_KEY": API_KEY,
            "SHOPIFY_API_SECRET": API_SECRET,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "ENV_FILE": str(self.folder / "none.env"),
            "WORKER_SILENT_S": str(self.silent_s),
            "HTTP_READ_TIMEOUT_S": "20",
        }

    def answers(self) -> bool:
        """Portal and sandbox: whichever of them is up first says nothing about the other."""
        try:
            requests.get(self.sandbox_url, timeout=2)
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def clusters(self) -> dict[str, psutil.Process]:
        """The main process of each cluster that is complete.

        Their titles overwrite their environment, so the number of their workers tells them apart.
        """
        assert self.process is not None
        found = {}
        for child in psutil.Process(self.process.popen.pid).children():
            name = WORKERS.get(len(_workers(child)))
            if name and "qcluster" in _title(child):
                found[name] = child
        return found

    def workers(self, name: str) -> list[psutil.Process]:
        """Its processes that run jobs, idle or busy."""
        return _workers(self.clusters()[name])

    def control(self, path: str, **body: Any) -> Any:
        """POST to the sandbox's control API."""
        answer = requests.post(f"{self.sandbox_url}/control/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def family(self) -> list[psutil.Process]:
        """Everything it started, in whatever session."""
        assert self.process is not None
        return psutil.Process(self.process.popen.pid).children(recursive=True)

    def stop(self) -> None:
        """End it for sure, with everything it started."""
        if self.process is None or not self.process.alive:
            return
        family = self.family()
        self.process.popen.send_signal(signal.SIGTERM)
        try:
            self.process.popen.wait(25)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for left in family:
            if left.is_running():
                left.kill()

    def tail(self) -> str:
        """The end of its log, for a failing test."""
        return (self.folder / "up.log").read_text(errors="replace")[-6000:]


def manage(portal: Portal, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, with the portal's environment."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=portal._env(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def _workers(main: psutil.Process) -> list[psutil.Process]:
    try:
        family = main.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [one for one in family if re.search("qcluster .*(idle|processing)", _title(one))]


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""
