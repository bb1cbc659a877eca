"""The demo as a user starts it: `python -m config.demo`, in a folder and on ports of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.stack import ROOT, free_port

GREETING = re.compile(
    r"Crossdock\s+(?P<portal>http://\S+)\s+sign in as (?P<login>\S+) / (?P<password>\S+)\s+"
    r"Sandbox\s+(?P<sandbox>http://\S+).*Ctrl-C stops everything",
    re.DOTALL,
)
READY_WITHIN_S = 150
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


@dataclass
class Demo:
    """A running demo: what it printed, and the addresses and the login found in that."""

    process: Any
    folder: Path = Path()
    printed: list[str] = field(default_factory=list)
    greeted: threading.Event = field(default_factory=threading.Event)
    reader: Any = None
    portal: str = ""
    sandbox: str = ""
    login: str = ""
    password: str = ""

    def read_output(self) -> None:
        """Runs in a thread: takes every line, and notices the greeting or the end."""
        for line in self.process.stdout:
            self.printed.append(line)
            if found := GREETING.search("".join(self.printed)):
                self.__dict__.update(found.groupdict())
                self.greeted.set()
        self.greeted.set()

    def stop(self) -> None:
        """Ctrl-C; whatever is still there after that is killed."""
        family = [self.process, *psutil.Process(self.process.pid).children(recursive=True)]
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(45)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for one in family[1:]:
            if one.is_running():
                one.kill()
        self.reader.join(10)
        self.process.stdout.close()


def start_demo(folder: Path, within_s: int = READY_WITHIN_S, **variables: str) -> Demo:
    """Started in an empty folder, without any of our settings; returns once it has greeted."""
    names = ("DEMO_PORT", "DEMO_SANDBOX_PORT", "DEMO_MAIL_PORT")
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env |= {name: str(free_port()) for name in names} | variables
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "config.demo"],
        cwd=ROOT,
        env=env | {"DEMO_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    demo = Demo(process, folder)
    demo.reader = threading.Thread(target=demo.read_output, daemon=True)
    demo.reader.start()
    if not (demo.greeted.wait(within_s) and demo.portal):
        demo.stop()
        raise AssertionError("The demo did not greet:\n" + "".join(demo.printed))
    return demo
