"""How a list column declares its title, its look and where it stands on a phone."""

from collections.abc import Callable
from typing import Any


def column(title: str, css: str = "", ordering: str | None = None) -> Callable[[Any], Any]:
    """@column("Total", "num m-b", ordering="total").

    css: num (right, tabular), flex (takes what is left), clip (cut when long), p4, p3 and p2
    (hidden when narrow, in this order), m-a to m-e (places on a phone), m-wide (m-a over the
    whole width).
    """

    def wrap(function: Any) -> Any:
        function.short_description, function.css = title, css
        if ordering:
            function.admin_order_field = ordering
        return function

    return wrap
