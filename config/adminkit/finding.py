"""Search that stays fast: each field is a look-up of its own, which uses its own index.

One OR across joins, which is what Django makes of `search_fields`, would read whole tables.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db.models import Exists, Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

CAP = 1_000
# No index finds a part of fewer characters; a list with more rows than this then has to do without.
LEAST, FEW_ROWS = 3, 20_000


@dataclass(frozen=True)
class Found:
    """Keys of rows that fit, the newest first; `note` says in a sentence what was left out."""

    keys: Sequence[Any] = ()
    note: str = ""
    is_cut: bool = False


def find(rows: QuerySet[Any], text: str, fields: Sequence[str], cap: int = CAP) -> Found:
    """The newest rows with a field that is the text (those marked `=number`), else has its words.

    The words are in any order in one field, or, where no field has them all, in several.
    """
    text = text.replace("\x00", "").strip()
    whole = [name.removeprefix("=") for name in fields if name.startswith("=")]
    parts = [name for name in fields if not name.startswith("=")]
    if not text or not fields:
        return Found()
    words, lookup, note = words_of(text), "icontains", ""
    if max(map(len, words)) < LEAST and rows.model._base_manager.order_by("pk")[FEW_ROWS:].exists():
        words, lookup = [text], "istartswith"
        note = f"Fewer than {LEAST} characters: only beginnings are looked at."
    whole_sets = [_fit(rows, name, "in", [spellings(text)]) for name in whole]
    part_sets = [_fit(rows, name, lookup, words) for name in parts]
    keys = _newest(whole_sets, part_sets, cap)
    if not keys and len(words) > 1 and len(parts) > 1:
        keys = _newest([], [_across(rows, parts, words)], cap)
    is_cut = len(keys) > cap
    if is_cut:
        note = f"The newest {cap:,} that fit. Type more to narrow it down."
    return Found(keys[:cap], note, is_cut)


def spellings(text: str) -> list[str]:
    """A number as it may be written: with and without its hash, in either case."""
    bare = text.lstrip("#")
    key = unicodedata.normalize("NFKC", text).casefold()
    found = {text, text.upper(), text.lower(), bare, f"#{bare}", bare.upper(), key}
    return sorted(found - {""})  # a lone hash is nobody's empty number


def words_of(text: str) -> list[str]:
    """Its words; what stands in quotes is one."""
    found = []
    for bit in smart_split(text):
        is_quoted = len(bit) > 2 and bit[0] in "\"'" and bit[0] == bit[-1]
        found.append(unescape_string_literal(bit) if is_quoted else bit)
    return found


def _fit(rows: QuerySet[Any], name: str, lookup: str, values: Sequence[Any]) -> QuerySet[Any]:
    """Keys of the rows one field of which fits all the values."""
    condition = reduce(and_, (Q(**{f"{name}__{lookup}": value}) for value in values))
    found = rows.filter(condition).order_by().values("pk")
    return found.distinct() if lookup_spawns_duplicates(rows.model._meta, name) else found


def _across(rows: QuerySet[Any], names: Sequence[str], words: Sequence[str]) -> QuerySet[Any]:
    """Keys of the rows that have each of the words in some field."""
    every = rows.model._base_manager.all()
    for word in words:
        first, *more = [_fit(every, name, "icontains", [word]) for name in names]
        rows = rows.filter(pk__in=first.union(*more))
    return rows.order_by().values("pk")


def _newest(first: Sequence[QuerySet[Any]], then: Sequence[QuerySet[Any]], cap: int) -> list[Any]:
    """The highest keys in any of the first sets, or of the others if those are all empty.

    One more than `cap`, by one query: where the first sets have a row, the others are not read.
    """
    whole, parts = _united(first, cap), _united(then, cap)
    if whole is None or parts is None:
        found = whole if parts is None else parts
    else:
        found = whole.union(parts.filter(~Exists(whole)), all=True)
    return sorted((row["pk"] for row in found or ()), reverse=True)[: cap + 1]


def _united(sets: Sequence[QuerySet[Any]], cap: int) -> QuerySet[Any] | None:
    if not sets:
        return None
    every = sets[0].model._base_manager.order_by()
    # SQLite limits no part of a union, but it does limit a subquery within one.
    limited = [every.filter(pk__in=one.order_by("-pk")[: cap + 1]).values("pk") for one in sets]
    found: QuerySet[Any] = every.filter(pk__in=limited[0].union(*limited[1:])).values("pk")
    return found
