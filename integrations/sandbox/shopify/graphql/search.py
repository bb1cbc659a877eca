"""Shopify's search syntax, as far as it is used: `field:>='value' other:x`, all terms must fit.

A filter this store does not know is ignored, as Shopify does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

TERM = re.compile(
    r"""(?P<not>-|NOT\s+)?(?:(?P<field>[A-Za-z_][\w.]*):)?(?P<op><=|>=|<|>)?"""
    r"""(?P<value>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\s()]+)"""
)

Getter = Callable[[Any], Any]


@dataclass(frozen=True)
class Term:
    """One filter; `field` is empty for free text."""

    field: str
    op: str
    value: str
    negated: bool = False


def parse_query(query: str | None) -> list[Term]:
    """The terms of a query; AND is implied, and OR is not understood (its terms all count)."""
    terms = []
    for match in TERM.finditer(query or ""):
        value = match["value"]
        if not match["field"] and value in ("AND", "OR"):
            continue
        if value[0] in "'\"":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        terms.append(Term(match["field"] or "", match["op"] or "", value, bool(match["not"])))
    return terms


def fits(item: Any, terms: list[Term], getters: Mapping[str, Getter]) -> bool:
    """Whether an item passes every known filter; `""` among the getters is the free text."""
    for term in terms:
        getter = getters.get(term.field)
        if getter is not None and _agrees(getter(item), term) == term.negated:
            return False
    return True


def _agrees(actual: Any, term: Term) -> bool:
    if isinstance(actual, list | tuple | set):
        return any(_agrees(one, term) for one in actual)
    if isinstance(actual, datetime):
        moment = _moment(term.value)
        return moment is not None and _compare(actual, term.op, moment)
    if isinstance(actual, int) and not isinstance(actual, bool):
        return term.value.lstrip("-").isdecimal() and _compare(actual, term.op, int(term.value))
    return _same_text(str(actual or ""), term)


def _same_text(actual: str, term: Term) -> bool:
    have, want = actual.casefold(), term.value.casefold()
    if not term.field:
        return want in have
    if want == "*":
        return bool(have)
    if want.endswith("*"):
        return have.startswith(want[:-1])
    return have == want


def _compare(actual: Any, op: str, wanted: Any) -> bool:
    if op == ">":
        return bool(actual > wanted)
    if op == ">=":
        return bool(actual >= wanted)
    if op == "<":
        return bool(actual < wanted)
    if op == "<=":
        return bool(actual <= wanted)
    return bool(actual == wanted)


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
