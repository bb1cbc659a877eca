"""A real Chromium, and what went wrong in it while nobody looked."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
WAIT_MS = 15_000
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def launch(playwright: Playwright) -> Browser:
    """The Chromium of this system: none is downloaded."""
    path = shutil.which("chromium")
    assert path, "Chromium was not found. On Debian: apt-get install chromium"
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


@dataclass
class Person:
    """Somebody with a browser of their own: cookies, windows, and what went wrong in them."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(WAIT_MS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.context.on("response", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        # Violations of the content security policy are said here too; answers are judged below.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.type}: {message.text} ({message.page.url})")

    def _look(self, response: Response) -> None:
        # A page may say that it is not there; nothing a page loads may be missing.
        allowed = 500 if response.request.is_navigation_request() else 400
        if response.status >= allowed:
            self.complaints.append(f"{response.status}: {response.url}")

    def take_complaints(self) -> list[str]:
        """What went wrong since it was asked last."""
        said = list(self.complaints)
        self.complaints.clear()
        return said


@dataclass
class Camera:
    """Takes pictures for people to look at; off unless somebody wants them, for they take time."""

    folder: Path
    is_on: bool

    def take(self, page: Page, name: str) -> None:
        """The whole page, however long; `name` may begin with a folder."""
        if self.is_on:
            page.screenshot(path=self.folder / f"{name}.png", full_page=True)


def new_person(browser: Browser, **options: object) -> Person:
    """A browser window that shares nothing with the others."""
    return Person(browser.new_context(**{"viewport": DESKTOP} | options))


def policy_of(answer: Response) -> str:
    """What a page may load and run."""
    return answer.headers.get("content-security-policy", "")
