"""Which handler answers which path."""

import re
from collections.abc import Callable

from .messages import Request, Response, text
from .world import World

Handler = Callable[..., Response]


class Router:
    """Patterns like `/stores/{shop}/orders/{order}`; a part never contains a slash."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        self._routes.append((method, re.compile(regex), handler))

    def answer(self, world: World, request: Request) -> Response:
        """Call the first handler whose pattern and method fit; 404 or 405 otherwise."""
        method = "GET" if request.method == "HEAD" else request.method
        known = False
        for wanted, regex, handler in self._routes:
            match = regex.fullmatch(request.path)
            if match is None:
                continue
            known = True
            if wanted == method:
                return handler(world, request, **match.groupdict())
        return text("Method not allowed.", 405) if known else text("Not found.", 404)
