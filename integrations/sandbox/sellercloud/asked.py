"""What a call asks for: names in any case, bare or with `model.`, as ASP.NET binds them."""

import re
from urllib.parse import parse_qsl

from integrations.sandbox.messages import Request

_NAME = re.compile(r"(?:model\.)?(\w+)(?:\[\d*\])?", re.IGNORECASE)


class Asked:
    """Values of a query or of a JSON body by name; unknown names are ignored without a word."""

    def __init__(self, request: Request) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(request.raw_query, keep_blank_values=True):
            self._add(name, value)
        if request.method == "POST" and "json" in request.headers.get("content-type", ""):
            for name, value in request.json_object().items():
                for one in value if isinstance(value, list) else [value]:
                    self._add(name, str(one))

    def _add(self, name: str, value: str) -> None:
        match = _NAME.fullmatch(name)
        if match is not None:
            self._values.setdefault(match[1].lower(), []).append(value)

    def text(self, name: str) -> str:
        """The last value of this name, or nothing."""
        return self._values.get(name.lower(), [""])[-1]

    def texts(self, name: str) -> list[str]:
        """Every value of this name, those between commas too."""
        given = ",".join(self._values.get(name.lower(), []))
        return [part.strip() for part in given.split(",") if part.strip()]

    def number(self, name: str, default: int) -> int:
        """A whole number above zero; the default where there is none."""
        given = self.text(name)
        return int(given) if given.isdecimal() and int(given) > 0 else default
