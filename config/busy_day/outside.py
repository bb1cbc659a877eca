"""What others do in the story: customers buy, merchants ship, partners approve; at the sandbox."""

import json
import re
import time
from collections.abc import Callable
from html import unescape
from http.cookiejar import CookieJar
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

T = TypeVar("T")
PATIENCE_S = 90
MOST_FORMS = 3  # ours, theirs, and one to spare


class TooSlow(Exception):
    """Something the story waits for did not happen; the text says what."""


def wait_for(look: Callable[[], T], what: str, seconds: float = PATIENCE_S) -> T:
    """The first true answer of `look`. Raises TooSlow."""
    end = time.monotonic() + seconds
    while not (answer := look()):
        if time.monotonic() > end:
            raise TooSlow(f"Not within {seconds:.0f} s: {what}.")
        time.sleep(0.2)
    return answer


class Refused(Exception):
    """The sandbox says no; the text says why."""


class Outside:
    """The sandbox, as its control API and as a browser see it; `url` has no slash at its end."""

    def __init__(self, url: str) -> None:
        self.url = url

    def do(self, path: str, **given: Any) -> dict[str, Any]:
        """POST to the control API; its answer."""
        return self._ask(Request(f"{self.url}/control/{path}", json.dumps(given).encode()))  # noqa: S310

    def look(self, path: str) -> dict[str, Any]:
        """GET from the control API."""
        return self._ask(Request(f"{self.url}/control/{path}"))  # noqa: S310

    def _ask(self, request: Request) -> dict[str, Any]:
        request.add_header("Content-Type", "application/json")
        try:
            with build_opener().open(request, timeout=30) as answer:
                found: dict[str, Any] = json.load(answer)
        except HTTPError as exc:
            raise Refused(f"{request.full_url}: {exc.read().decode(errors='replace')}") from exc
        return found

    def approve(self, install_link: str) -> None:
        """The partner opens the link in a browser of their own and presses what it asks for."""
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        with browser.open(install_link, timeout=30) as answer:
            address, page = answer.url, answer.read().decode()
        for _ in range(MOST_FORMS):
            form = re.search(r'<form[^>]*method="post"[^>]*>.*?</form>', page, re.DOTALL)
            if form is None:
                return
            action = re.search(r'^<form[^>]*action="([^"]*)"', form[0])
            target = urljoin(address, unescape(action[1]) if action else "")
            with browser.open(target, urlencode(_filled(form[0])).encode(), timeout=30) as answer:
                address, page = answer.url, answer.read().decode()


def _filled(form: str) -> dict[str, str]:
    """The hidden fields of a form, and its first button."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    button = re.search(r'<button[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    fields = {name: unescape(value) for name, value in hidden}
    return fields | ({button[1]: unescape(button[2])} if button else {})
