"""The shared state with its lock, ids, clock and ledger; every change happens under the lock."""

import random
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from .clock import utc_now
from .config import Config
from .faults import WEBHOOK_MODES, Dial, Mode, Modes, modes_for, pick
from .ledger import Entry, as_json
from .mail import MOST_MAILS, read_mail
from .sellercloud.models import Erp
from .shopify.graphql.cost import Bucket
from .shopify.models import Store
from .state import State
from .stripe.models import Merchant

FIRST_ID = 8_210_000_000_000


class UnknownStore(Exception):
    """No store has this domain, no ERP this host name, no Stripe account this id."""


class World:
    """One sandbox. `url` is known once the server listens."""

    def __init__(
        self,
        config: Config | None = None,
        state: State | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.config = config or Config()
        self.state = state or State()
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.now = now
        self.url = ""
        self.buckets: dict[tuple[str, str], Bucket] = {}  # query cost, per app and store
        self.on_change: Callable[[], None] = lambda: None
        self.on_delivery: Callable[[], None] = lambda: None
        self._rng = random.Random(self.config.random_seed)  # noqa: S311 - repeatable faults

    def new_id(self) -> int:
        """An int64 such as Shopify's; unique over all kinds of things."""
        self.state.next_id += 1
        return FIRST_ID + self.state.next_id

    def store(self, shop: str) -> Store:
        """The store of a domain. Raises UnknownStore."""
        try:
            return self.state.stores[shop.lower()]
        except KeyError as exc:
            raise UnknownStore(shop) from exc

    def erp(self, account: str) -> Erp:
        """The ERP of a host name. Raises UnknownStore."""
        try:
            return self.state.erps[account.lower()]
        except KeyError as exc:
            raise UnknownStore(account) from exc

    def stripe(self, account: str) -> Merchant:
        """The Stripe account with this id. Raises UnknownStore."""
        try:
            return self.state.stripes[account]
        except KeyError as exc:
            raise UnknownStore(account) from exc

    def record(self, kind: str, shop: str, subject: str, summary: str, **detail: Any) -> Entry:
        """Append to the ledger. Only what has taken effect is recorded."""
        entry = Entry(
            id=len(self.state.ledger) + 1,
            at=self.now(),
            kind=kind,
            shop=shop,
            subject=subject,
            summary=summary,
            detail=detail,
        )
        self.state.ledger.append(entry)
        self.on_change()
        return entry

    def api_fault(self, shop: str, operations: Iterable[str]) -> Dial | None:
        """The fault that hits this API call, recorded; None for a healthy call."""
        names = list(operations)
        return self._fault(shop, names, modes_for(names))

    def webhook_fault(self, shop: str, topic: str, but: Mode | None = None) -> Dial | None:
        """The fault that hits this announcement, other than `but`."""
        return self._fault(shop, [topic], WEBHOOK_MODES - {but} if but else WEBHOOK_MODES)

    def _fault(self, shop: str, names: list[str], modes: Modes) -> Dial | None:
        if not self.state.dials:
            return None
        with self.lock:
            dial = pick(self.state.dials, shop, names, modes, self._rng)
            if dial is not None:
                summary = f"{dial.mode} on {', '.join(names)}"
                self.record("fault", shop, dial.mode, summary, operations=names, dial=dial.id)
            return dial

    def keep_mail(self, sender: str, recipients: list[str], raw: bytes) -> None:
        """Store a received mail; the oldest go when there are too many."""
        with self.lock:
            mail = read_mail(self.new_id(), self.now(), sender, recipients, raw)
            self.state.mails = [*self.state.mails[-(MOST_MAILS - 1) :], mail]
            to = ", ".join(recipients)
            self.record("mail_received", "", to, mail.subject, mail=mail.id)

    def snapshot(self) -> str:
        """The whole state as JSON. The lock is held for all but the ledger, which is the most."""
        with self.lock:
            rest = self.state.model_dump_json(exclude={"ledger"})
            ledger = list(self.state.ledger)
        return f'{rest[:-1]},"ledger":{as_json(ledger).decode()}}}'
