"""Whose stock is asked for, and which of our variants a row of an answer is about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from catalog.models import Listing, Variant, normalize_sku
from catalog.skus import no_match, several_match
from integrations.handover import ask
from integrations.models import Connection
from integrations.providers.base import PullsProducts
from integrations.services.runs import Run
from integrations.types import RemoteItem
from inventory.services.stage import BY_ID, Stage

CHUNK, READ = 500, 5000
# SQL of (key, variant_id) and its parameters.
Known = tuple[str, list[object]]


class OurSkus(Sequence[RemoteItem]):
    """What a system without a catalog is asked for: our own SKUs, read as they are walked.

    They may be walked in the thread that reads ahead; the database is asked by the run's own.
    """

    def __init__(self, aliases: Sequence[str], variants: QuerySet[Variant]) -> None:
        self._aliases, self._variants = aliases, variants
        self._count = len(aliases) + variants.count()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RemoteItem]:
        yield from (RemoteItem(sku) for sku in self._aliases)
        last = 0
        while rows := ask(partial(self._after, last)):
            yield from (RemoteItem(sku) for _, sku in rows)
            last = rows[-1][0]

    def _after(self, last: int) -> list[tuple[int, str]]:
        rows = self._variants.filter(pk__gt=last).order_by("pk")
        return list(rows.values_list("pk", "sku")[:READ])

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


@dataclass
class Asked:
    """What to ask for, and what an answer is matched by.

    A partner's store has listings: their ids, then their SKUs, say which variant a row is. A
    system without a catalog of its own (an ERP) names our SKUs, and its listings are aliases.
    `chosen` are the variants of a run for some SKUs only; `unknown` the SKUs nobody has.
    """

    connection: Connection
    has_catalog: bool
    items: Sequence[RemoteItem]
    chosen: list[int] | None = None
    unknown: list[str] = field(default_factory=list)
    has_aliases: bool = True

    @property
    def keys(self) -> set[str] | None:
        """Normalized SKUs that were asked for, where the rest of an answer is not ours to read."""
        if self.has_catalog or self.chosen is None:
            return None
        return {normalize_sku(item.sku) for item in self.items}

    def listings(self) -> QuerySet[Listing]:
        """The imported listings that are asked for."""
        return listings_of(self.connection, self.chosen)

    def known(self, kind: int) -> Known:
        """The SQL that says which variant a key is; a key of several variants is none."""
        if kind == BY_ID:
            return self._of_listings("external_item_id", "external_id")
        if self.has_catalog:
            return self._of_listings("sku")
        return self._of_variants()

    def _of_listings(self, *columns: str) -> Known:
        mine, params = self.only("variant_id")
        where = f"connection_id = %s AND variant_id IS NOT NULL AND {mine}"
        parts = [
            f"SELECT {name} AS key, variant_id FROM catalog_listing WHERE {name} <> '' AND {where}"
            for name in columns
        ]
        sql = (
            f"SELECT key, MIN(variant_id) AS variant_id FROM ({' UNION ALL '.join(parts)}) listed "
            "GROUP BY key HAVING COUNT(DISTINCT variant_id) = 1"
        )
        return sql, [self.connection.pk, *params] * len(columns)

    def _of_variants(self) -> Known:
        mine, params = self.only("v.id")
        sql = (
            "SELECT v.sku AS key, v.id AS variant_id FROM catalog_variant v "
            f"WHERE v.archived_at IS NULL AND {mine}"
        )
        if not self.has_aliases:
            return sql, params
        alias, alias_params = self._of_listings("sku")
        sql += (
            " AND NOT EXISTS (SELECT 1 FROM catalog_listing a WHERE a.connection_id = %s "
            "AND a.sku = v.sku AND a.variant_id IS NOT NULL)"
        )
        return f"{alias} UNION ALL {sql}", [*alias_params, *params, self.connection.pk]

    def only(self, column: str) -> tuple[str, list[object]]:
        """SQL of the condition that this column is a chosen variant, with its parameters."""
        if self.chosen is None:
            return "1 = 1", []
        return f"{column} IN ({', '.join(['%s'] * len(self.chosen)) or 'NULL'})", list(self.chosen)

    def levels(self) -> tuple[str, list[object]]:
        """SQL of the condition on a level `l`: is it of what was asked?"""
        mine, params = self.only("l.variant_id")
        if not self.has_catalog:
            return mine, params
        listed = (
            "EXISTS (SELECT 1 FROM catalog_listing li WHERE li.connection_id = %s "
            "AND li.variant_id = l.variant_id)"
        )
        return f"{mine} AND {listed}", [*params, self.connection.pk]


def what_to_ask(run: Run) -> Asked:
    """Everything we have of a connection, or the SKUs of the request (ours or theirs)."""
    wanted = list(run.params.get("skus") or ())
    if isinstance(run.provider, PullsProducts):
        return _of_catalog(run.connection, wanted)
    return _of_ours(run.connection, wanted)


def listings_of(connection: Connection, chosen: Sequence[int] | None = None) -> QuerySet[Listing]:
    """The imported listings of a connection, of all variants or of some."""
    found = Listing.objects.filter(connection=connection, variant__isnull=False)
    return found if chosen is None else found.filter(variant__in=chosen)


def _of_catalog(connection: Connection, wanted: Sequence[str]) -> Asked:
    listings = listings_of(connection)
    if wanted:
        listings = listings.filter(Q(variant__sku__in=wanted) | Q(sku__in=wanted))
    columns = ("sku", "external_id", "external_item_id", "variant_id", "variant__sku")
    rows = list(listings.values_list(*columns))
    asked = Asked(connection, True, [RemoteItem(*row[:3]) for row in rows])
    if wanted:
        asked.chosen = [row[3] for row in rows]
        asked.unknown = _unknown(wanted, (name for row in rows for name in (row[0], row[4])))
    return asked


def _of_ours(connection: Connection, wanted: Sequence[str]) -> Asked:
    listings, variants = listings_of(connection), Variant.objects.filter(archived_at=None)
    if wanted:
        aliased = listings.filter(sku__in=wanted).values("variant")
        keys = [normalize_sku(sku)[:100] for sku in wanted]
        variants = variants.filter(Q(sku_key__in=keys) | Q(pk__in=aliased))
        listings = listings.filter(variant__in=variants.values("pk"))
    aliases = list(listings.exclude(sku="").order_by("sku").values_list("sku", flat=True))
    asked = Asked(connection, False, OurSkus(aliases, variants), has_aliases=bool(aliases))
    if wanted:
        rows = list(variants.values_list("pk", "sku"))
        asked.chosen = [pk for pk, _ in rows]
        asked.unknown = _unknown(wanted, [*aliases, *(sku for _, sku in rows)])
    return asked


def _unknown(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    keys = {normalize_sku(sku) for sku in known}
    return [sku for sku in wanted if normalize_sku(sku) not in keys]


# --- rows whose first key says nothing ---


@dataclass
class Straggler:
    """A row no variant was found for yet."""

    n: int
    sku: str
    ids: tuple[str, ...]


def find_stragglers(
    stage: Stage, asked: Asked
) -> Iterator[tuple[list[Straggler], dict[int, int], dict[int, str]]]:
    """A few hundred at a time: (rows, the variant of those found after all, why the others not)."""
    columns = "s.kind, s.key, s.sku, s.external_id FROM stock_diff d JOIN stock_said s ON s.n = d.n"
    for rows in stage.parts(columns, "d.state = 'stranger'", CHUNK):
        stragglers = [_straggler(*row) for row in rows]
        found, reasons = _look_again(asked, stragglers)
        yield stragglers, found, reasons


def _straggler(n: int, kind: int | None, key: str, sku: str | None, other: str | None) -> Straggler:
    if kind == BY_ID:
        return Straggler(n, sku or "", tuple(filter(None, [key, other])))
    return Straggler(n, key, ())


def _look_again(asked: Asked, rows: Sequence[Straggler]) -> tuple[dict[int, int], dict[int, str]]:
    by_id = _variants_by_id(asked, {one for row in rows for one in row.ids})
    by_sku = _variants_by(asked, "sku", {row.sku for row in rows})
    by_key = _variants_by(asked, "sku_key", {normalize_sku(row.sku)[:255] for row in rows})
    found, reasons = {}, {}
    for row in rows:
        match = next((by_id[one] for one in row.ids if one in by_id), set())
        match = (
            match or by_sku.get(row.sku, set()) or by_key.get(normalize_sku(row.sku)[:255], set())
        )
        if len(match) == 1:
            found[row.n] = next(iter(match))[0]
        else:
            reasons[row.n] = _reason(row.sku, match)
    return found, reasons


def _variants_by_id(asked: Asked, ids: set[str]) -> dict[str, set[tuple[int, str]]]:
    if not ids:
        return {}
    found: dict[str, set[tuple[int, str]]] = defaultdict(set)
    rows = asked.listings().filter(Q(external_id__in=ids) | Q(external_item_id__in=ids))
    columns = ("external_id", "external_item_id", "variant_id", "variant__sku")
    for external_id, item_id, variant_id, sku in rows.values_list(*columns):
        for one in {external_id, item_id} & ids:
            found[one].add((variant_id, sku))
    return found


def _variants_by(asked: Asked, column: str, values: set[str]) -> dict[str, set[tuple[int, str]]]:
    """Variants by SKU or by its key, each as (pk, our SKU); an empty one names nothing."""
    values = values - {""}
    found: dict[str, set[tuple[int, str]]] = defaultdict(set)
    if not values:
        return found
    listed = asked.listings().filter(**{f"{column}__in": values})
    for value, pk, sku in listed.values_list(column, "variant_id", "variant__sku"):
        found[value].add((pk, sku))
    if asked.has_catalog:
        return found
    ours = Variant.objects.filter(archived_at=None, **{f"{column}__in": values - set(found)})
    if asked.chosen is not None:
        ours = ours.filter(pk__in=asked.chosen)
    for value, pk, sku in ours.values_list(column, "pk", "sku"):
        found[value].add((pk, sku))
    return found


def _reason(sku: str, match: set[tuple[int, str]]) -> str:
    if len(match) > 1 and sku:
        return several_match(sku, sorted(ours for _, ours in match))
    return no_match(sku)
