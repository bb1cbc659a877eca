"""`make demo`: everything set up, started and connected; run as `python -m config.demo`."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config import demo_systems
from integrations.supervisor import used_ports

ROOT = Path(__file__).resolve().parent.parent
LOGIN = "demo"
PASSWORD = "demo"  # noqa: S105 - said at start; the demo listens on this machine only
READY_WITHIN_S = 120
CENTER = {
    "name": "Crossdock Coffee",
    "company": "Crossdock Coffee fulfillment center",
    "street1": "410 Terminal Way",
    "city": "Portland",
    "state": "OR",
    "zip": "97209",
    "country": "US",
    "phone": "+1 503 555 0142",
}


def read_arguments() -> argparse.Namespace:
    """Where it listens and keeps its data; each also from the environment, for tests."""
    parser = argparse.ArgumentParser(prog="python -m config.demo", description=__doc__)
    for name, port in (("port", "8000"), ("sandbox-port", "8100"), ("mail-port", "8125")):
        variable = f"DEMO_{name.replace('-', '_').upper()}"
        parser.add_argument(f"--{name}", type=int, default=os.environ.get(variable, port))
    folder = os.environ.get("DEMO_DIR", str(ROOT / "var" / "demo"))
    parser.add_argument(
        "--busy",
        action="store_true",
        default=os.environ.get("BUSY", "") not in ("", "0"),
        help="fill it with two weeks of trade and a morning of troubles",
    )
    parser.add_argument("--dir", type=Path, default=Path(folder), help="where the demo's data lies")
    return parser.parse_args()


def write_env(args: argparse.Namespace) -> Path:
    """The demo's own `.env`. Its keys stay the same from start to start; the rest is of this start.

    With `ENV_FILE` set to it, every `manage.py` command is about the demo.
    """
    from integrations.crypto import make_keys

    folder: Path = args.dir.resolve()
    path = folder / ".env"
    folder.mkdir(parents=True, exist_ok=True)
    old = path.read_text().splitlines() if path.exists() else []
    stored = dict(line.split("=", 1) for line in old if "=" in line)
    keys = {name: stored.get(name) or value for name, value in make_keys().items()}
    values = keys | {
        "ENVIRONMENT": "demo",
        "ALLOW_PRIVATE_HOSTS": "1",
        "SHOPIFY_API_KEY": demo_systems.APP_KEY,
        "SHOPIFY_API_SECRET": demo_systems.APP_SECRET,
        "DEFAULT_FROM_EMAIL": "Crossdock Coffee <orders@crossdock-coffee.example>",
        **addresses(args),
    }
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return path


def addresses(args: argparse.Namespace) -> dict[str, str]:
    """Where this start of the demo listens and keeps its data."""
    return {
        "BASE_URL": f"http://127.0.0.1:{args.port}",
        "SANDBOX_URL": f"http://127.0.0.1:{args.sandbox_port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{args.mail_port}",
        "DATABASE_URL": f"sqlite:///{args.dir.resolve() / 'crossdock.sqlite3'}",
    }


def environment(args: argparse.Namespace) -> dict[str, str]:
    """What the demo adds to the environment of all its processes; it wins over any `.env`."""
    return {
        "ENV_FILE": str(write_env(args)),
        **addresses(args),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def prepare() -> None:
    """Tables, the login, and the address center-bound orders go to."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    from inventory.models import Location

    call_command("migrate", verbosity=0, interactive=False)
    users = get_user_model().objects
    if not users.filter(username=LOGIN).exists():
        users.create_superuser(LOGIN, "demo@crossdock-coffee.example", PASSWORD)
    center = Location.objects.filter(connection=None).order_by("pk").first()
    if center is not None and not center.address:
        Location.objects.filter(pk=center.pk).update(address=CENTER)
    connection.close()


def start(args: argparse.Namespace) -> subprocess.Popen[bytes]:
    """The portal, its workers and the sandbox, in one process group of their own."""
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--sandbox"]
    command += [f"--port={args.port}", f"--sandbox-port={args.sandbox_port}"]
    command += [f"--mail-port={args.mail_port}", f"--sandbox-state={args.dir / 'sandbox.json'}"]
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command


def wait_until_ready(args: argparse.Namespace, process: subprocess.Popen[bytes]) -> bool:
    """True once portal and sandbox answer; False if they ended or took too long."""
    from integrations.management.commands.up import answers

    pages: Mapping[int, str] = {args.port: "/healthz", args.sandbox_port: "/"}
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        if all(answers("127.0.0.1", port, path) for port, path in pages.items()):
            return True
        time.sleep(0.3)
    return False


def fill_it(args: argparse.Namespace) -> None:
    """Two weeks of trade and a morning of troubles, by the portal's own flows."""
    from django.contrib.auth.models import User

    from config.busy_day import fill

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    fill(f"http://127.0.0.1:{args.sandbox_port}", User.objects.get(username=LOGIN), say)


def greet(args: argparse.Namespace) -> None:
    """What to open, and how to get in."""
    lines = [
        "",
        f"  Crossdock   http://127.0.0.1:{args.port}    sign in as {LOGIN} / {PASSWORD}",
        f"  Sandbox     http://127.0.0.1:{args.sandbox_port}    stores, warehouses, checkout, mail",
        "",
        "  The first page has a checklist: follow it. Ctrl-C stops everything.",
        "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Set up, start, connect, and stay until Ctrl-C."""
    args = read_arguments()
    os.environ.update(environment(args))
    if taken := used_ports("127.0.0.1", [args.port, args.sandbox_port, args.mail_port]):
        sys.stderr.write(
            f"Port {taken[0]} is in use: stop what uses it (another demo?), or choose others with "
            "make demo DEMO_PORT=8001 DEMO_SANDBOX_PORT=8101 DEMO_MAIL_PORT=8126\n"
        )
        return 1
    prepare()
    process = start(args)
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    signal.signal(signal.SIGINT, lambda number, frame: process.terminate())
    if wait_until_ready(args, process):
        try:
            demo_systems.connect_own_store()
            demo_systems.connect_erp()
            demo_systems.connect_warehouses()
            demo_systems.connect_checkout(f"http://127.0.0.1:{args.sandbox_port}")
            if args.busy:
                fill_it(args)
        except BaseException:
            process.terminate()
            raise
        greet(args)
    elif process.poll() is None:
        sys.stderr.write("The demo did not start in time; its messages above say why.\n")
        process.terminate()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
