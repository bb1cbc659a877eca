"""The command in a process of its own, as `make demo` starts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography.fernet import Fernet

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[3]


def start(state: Path) -> subprocess.Popen[str]:
    keys = {"SECRET_KEY": "s" * 60, "CREDENTIAL_KEYS": f"k1:{Fernet.generate_key().decode()}"}
    options = ["--port", "0", "--smtp-port", "0", "--state", str(state)]
    return subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", *options],
        cwd=ROOT,
        env=os.environ | keys,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_says_where_it_is_and_stops_cleanly(tmp_path):
    state = tmp_path / "sandbox.json"
    with start(state) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("Sandbox ready at http://127.0.0.1:")
            with urlopen(line.split()[3], timeout=5) as page:
                assert b"Blue Door Roasters" in page.read()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert '"blue-door.myshopify.com"' in state.read_text()
