"""Asks for an address as one person; what the answer is, and whether anything was written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from tests.config.access.people import browser_of
from tests.config.access.world import World

QUERY = "?app_label=integrations&model_name=flowschedule&field_name=connection"
PLACES = {
    "autocomplete/": f"autocomplete/{QUERY}",
    "<anything else>": "nothing-here/",
    "connect/<id>/": "connect/shopify/",
    "import/<id>/": "import/variants/",
    "import/<id>/template.csv": "import/variants/template.csv",
    "r/<id>/<id>/": "r/1/1/",
}
WRITES = re.compile(r"^(INSERT|UPDATE|DELETE)", re.IGNORECASE)
INLINE = re.compile(r"<style|<[^>]*\s(style|on[a-z]+)\s*=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back; `writes` are the statements that changed a row."""

    status: int
    writes: list[str]
    policy: str
    inline: str
    to: str

    @property
    def wants_login(self) -> bool:
        """Whether it sends the browser to the login page."""
        return self.to.startswith("/admin/login/")


class Asker:
    """One person. Whatever an answer did is undone before the next question."""

    def __init__(self, user: User | None, world: World, **options: object) -> None:
        self.client, self.world = browser_of(user, **options), world
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, method: str, address: str, extra: str = "") -> Answer:
        """`address` as the table spells it, `extra` a query string."""
        path, data = self._path(address)
        return self.ask_path(method, f"/admin/{path}{extra}", data)

    def ask_path(self, method: str, path: str, data: dict[str, Any] | None = None) -> Answer:
        """The same for an address as it is."""
        self.client.cookies = SimpleCookie(self.cookies)
        with undone() as writes:
            answer = getattr(self.client, method.lower())(path, data or {})
            html = b"" if answer.streaming else answer.content
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        found = INLINE.search(html.decode()) if is_page else None
        return Answer(
            answer.status_code,
            writes,
            answer.headers.get("Content-Security-Policy", ""),
            found[0] if found else "",
            answer.headers.get("Location", ""),
        )

    def _path(self, address: str) -> tuple[str, dict[str, Any]]:
        """The real address, and what is posted there: for a ticked button its row."""
        address, _, ticked = address.partition(" +")
        kind = "/".join(address.split("/")[:2])
        if ticked:
            row = self.world.row(kind, ticked)
            data = {"action": ticked, "index": "0", "_selected_action": str(row.pk)}
            return address, data | {"select_across": "0"}
        if address in PLACES:
            return PLACES[address], {}
        if address == "catalog/refresh/":
            return address, {"partner": str(self.world.row("catalog/partner").pk)}
        if "<id>" in address:
            button = address.split("/do/")[-1].strip("/") if "/do/" in address else ""
            address = address.replace("<id>", str(self.world.row(kind, button).pk))
        return address.replace("<none>", "none"), {}


@contextmanager
def undone() -> Iterator[list[str]]:
    """A transaction that is forgotten in the end; the statements in it that changed a row."""
    writes: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if WRITES.match(sql):
            writes.append(sql)
        return execute(sql, *rest)

    block = transaction.atomic()
    block._from_testcase = True  # the code inside may open durable blocks
    with block, connection.execute_wrapper(watch):
        yield writes
        transaction.set_rollback(True)
