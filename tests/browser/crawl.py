"""One person opens whatever the portal shows them a link to, and whatever they are told to."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page

from tests.browser.chromium import Person, policy_of
from tests.config.access.policy import loose_sources

START = ("/admin/", "/admin/?dashboard=1")
LINKS = "[...document.querySelectorAll('a[href]')].map((link) => link.href)"
ROW = re.compile(r"^/admin/(\w+/\w+)/(\d+)/")
NUMBER = re.compile(r"/\d+(?=/)")
Shape = tuple[str, tuple[str, ...]]


@dataclass
class Crawl:
    """What was opened, and what was wrong with it. Each shape of page is shown in Chromium, each
    other address of that shape is asked for without being shown."""

    person: Person
    base: str
    page: Page = field(init=False)
    shown: set[Shape] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    newest: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    waiting: deque[tuple[str, str]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.page = self.person.context.pages[0]

    def follow(self, paths: Iterator[str] | tuple[str, ...]) -> None:
        """These, and everything they link to."""
        self.waiting.extend((path, "the table") for path in paths)
        while self.waiting:
            path, source = self.waiting.popleft()
            key = _key(path)
            if key in self.asked:
                continue
            self.asked.add(key)
            self._note_row(path)
            if _shape(path) in self.shown or path.partition("?")[0].endswith(".csv"):
                self._ask(path, source)
            else:
                self._show(path, source)

    def _show(self, path: str, source: str) -> None:
        self.shown.add(_shape(path))
        answer = self.page.goto(path)
        self._judge(answer.status, path, source)
        if loose := loose_sources(policy_of(answer)):
            self.wrong.append(f"{path} allows {loose}")
        self.wrong += [f"{path}: {what}" for what in self.person.take_complaints()]
        for link in dict.fromkeys(self.page.evaluate(LINKS)):
            if link.startswith(f"{self.base}/admin/"):
                self.waiting.append((link.removeprefix(self.base).partition("#")[0], path))

    def _ask(self, path: str, source: str) -> None:
        self._judge(self.person.context.request.get(path).status, path, source)

    def _judge(self, status: int, path: str, source: str) -> None:
        if status >= 400:
            self.wrong.append(f"{status}: {path}, linked on {source}")

    def _note_row(self, path: str) -> None:
        if found := ROW.match(path):
            self.newest[found[1]] = max(self.newest.get(found[1], 0), int(found[2]))


def _key(path: str) -> str:
    """Lists are the same page whatever they are narrowed to: one address per set of parameters."""
    parts = urlsplit(path)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{parts.path}?{'&'.join(names)}"


def _shape(path: str) -> Shape:
    parts = urlsplit(path)
    return NUMBER.sub("/<id>", parts.path), ()
