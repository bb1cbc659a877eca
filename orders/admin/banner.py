"""A banner above a page: what happened, what to do, and the buttons that do it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Banner:
    """`lines` below the text; `actions`: (name, row) of buttons; `links`: (label, address)."""

    tone: str
    title: str
    text: str = ""
    actions: list[tuple[str, Any]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
