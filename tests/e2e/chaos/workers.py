"""The workers under `manage.py up`, and kill -9 for whom chance picks."""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterator

import psutil

from tests.e2e.stack import MARK, Stack, marked, session

CLUSTERS = {"crossdock": 0.75, "flows": 0.25}  # where kills go; the first places the orders
SUPERVISOR_SHARE, WHOLE_SHARE = 0.05, 0.2
AGAIN_AFTER_S = 1.0  # what a service manager waits before it starts the supervisor again


class Workers:
    """`manage.py up` with the portal and both clusters. Only its own children are ever killed."""

    def __init__(self, stack: Stack, rng: random.Random) -> None:
        self.stack, self.rng = stack, rng
        self.kills: Counter[str] = Counter()
        self._died_at = 0.0

    def start(self) -> None:
        port = self.stack.portal_url.rpartition(":")[2]
        self.stack.start("up", "manage.py", "up", "--port", port, "--grace", "5")

    def kill_somebody(self) -> bool:
        """kill -9 one process, a whole cluster, or the supervisor; False if nobody was there."""
        if self.rng.random() < SUPERVISOR_SHARE:
            self._kill_supervisor()
            return False
        name = self.rng.choices(list(CLUSTERS), list(CLUSTERS.values()))[0]
        family = self.clusters().get(name, [])
        if len(family) < 2:  # it only just starts
            return False
        whole = self.rng.random() < WHOLE_SHARE
        for victim in family if whole else [self.rng.choice(family)]:
            with gone_is_fine():
                victim.kill()
        self.kills[f"{name} {'cluster' if whole else 'process'}"] += 1
        return True

    def clusters(self) -> dict[str, list[psutil.Process]]:
        """The processes of each living cluster, by its name."""
        found = {}
        for child in self._children():
            with gone_is_fine():
                env = child.environ()
                if env.get("CROSSDOCK_PROCESS") == "cluster":
                    name = env.get("Q_CLUSTER_NAME", "crossdock")
                    found[name] = session(child.pid, self.stack.env[MARK])
        return found

    def revive(self) -> None:
        """What a service manager does: start the supervisor again when it died."""
        up = self.stack.processes["up"]
        if up.alive:
            return
        if not self._died_at:
            self._died_at = time.monotonic()
        elif time.monotonic() - self._died_at > AGAIN_AFTER_S:
            self._died_at = 0.0
            up.start()

    def cut_power(self) -> None:
        """kill -9 everything at once but the stores, which are somewhere else."""
        self.stack.processes["up"].kill()
        self._kill_rest()
        self.kills["everything"] += 1

    def stop(self) -> None:
        """End the supervisor, then whatever it or one of its forerunners left behind."""
        self.stack.processes["up"].stop()
        self._kill_rest()

    def _kill_supervisor(self) -> None:
        if self.stack.processes["up"].alive:
            self.stack.processes["up"].kill()
            self.kills["supervisor"] += 1

    def _children(self) -> list[psutil.Process]:
        with gone_is_fine():
            return psutil.Process(self.stack.processes["up"].popen.pid).children()
        return []

    def _kill_rest(self) -> None:
        sandbox = {process.pid for process in self.stack.processes["sandbox"].family()}
        for process in marked(self.stack.env[MARK]):
            with gone_is_fine():
                if process.pid not in sandbox:
                    process.kill()


@contextlib.contextmanager
def gone_is_fine() -> Iterator[None]:
    try:
        yield
    except (psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError):
        return
