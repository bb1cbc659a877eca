"""Everything the sandbox remembers, and how it is kept on disk."""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ValidationError

from .faults import Dial
from .ledger import Entry
from .mail import Mail
from .sellercloud.models import Erp
from .shopify.models import App, Delivery, Store
from .stripe.models import Merchant
from .warehouses.models import Warehouse

log = logging.getLogger(__name__)
SAVE_EVERY_SECONDS = 0.5
MOST_OF_THE_TIME = 5  # a save that takes a second is followed by five without


class State(BaseModel):
    """The whole world of one sandbox."""

    next_id: int = 1
    apps: dict[str, App] = {}
    stores: dict[str, Store] = {}
    erps: dict[str, Erp] = {}
    warehouses: dict[str, Warehouse] = {}
    stripes: dict[str, Merchant] = {}
    deliveries: dict[str, Delivery] = {}
    dials: list[Dial] = []
    mails: list[Mail] = []
    ledger: list[Entry] = []


class StateError(Exception):
    """The snapshot on disk cannot be read; the sentence says which file."""


def load_state(path: Path) -> State | None:
    """The snapshot, or None when there is none yet. Raises StateError."""
    try:
        return State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as exc:
        raise StateError(f"{path} is not a sandbox snapshot; move it away and start again") from exc


def save_state(path: Path, snapshot: str) -> None:
    """Replace the file in one step, so that a crash leaves the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(snapshot)
    Path(name).replace(path)


class Keeper:
    """A thread that writes the snapshot after changes, at most twice a second, and at the end."""

    def __init__(self, path: Path, take: Callable[[], str]) -> None:
        self._path = path
        self._take = take
        self._dirty = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def mark(self) -> None:
        self._dirty.set()

    def close(self) -> None:
        """Write what is left and stop."""
        self._stop.set()
        self._dirty.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._dirty.wait()
            self._dirty.clear()
            started = time.monotonic()
            self._save()
            took = time.monotonic() - started
            self._stop.wait(max(SAVE_EVERY_SECONDS, took * MOST_OF_THE_TIME))
        self._save()

    def _save(self) -> None:
        try:
            save_state(self._path, self._take())
        except OSError as exc:
            log.error("The sandbox state was not saved: %s", exc)  # noqa: TRY400
