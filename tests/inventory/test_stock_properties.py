"""Whatever comes: levels are the last good snapshot, the ledger adds up, nothing comes twice."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.errors import BadResponse
from integrations.services.runs import Held
from integrations.types import StockItem
from inventory.models import StockChange, StockLevel
from inventory.services.read_stock import unusable
from tests.catalog.builders import make_connection, make_variant
from tests.inventory.test_match_stock import Erp, pull

SKUS = [f"SKU-{n}" for n in range(8)]
units = st.one_of(
    st.integers(-3, 40), st.sampled_from([None, "12", 10**9, 3.5, True]), st.integers(0, 40)
)
rows = st.tuples(st.sampled_from([*SKUS, "sku-0", " SKU-1", "STRANGER"]), units)
pages = st.lists(st.lists(rows, max_size=6), max_size=4)
breaks = st.booleans()


class Paged(Erp):
    """Pages as they are given; the answer may break off after the last."""

    def __init__(self, script: Sequence[Sequence[tuple[str, Any]]], broken: bool) -> None:
        super().__init__()
        self.script, self.broken = script, broken

    def pull_stock(self, items=None, since=None):  # type: ignore[no-untyped-def]
        for page in self.script:
            yield from (StockItem(sku, number) for sku, number in page)
        if self.broken:
            raise BadResponse("The answer was cut short.")


def expected(before: dict[str, int], script: Sequence[Sequence[tuple[str, Any]]]) -> dict[str, int]:
    """The levels after this answer: the lowest usable number of each SKU that is named."""
    said: dict[str, int] = {}
    for sku, number in (row for page in script for row in page):
        name = sku.strip().upper()
        if name in SKUS and not unusable(number):
            said[name] = min(number, said.get(name, number))
    return before | said


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=st.lists(st.tuples(pages, breaks), min_size=1, max_size=4))
def test_levels_are_the_last_complete_plausible_snapshot(
    db: None, script: list[tuple[list[list[tuple[str, Any]]], bool]]
) -> None:
    with transaction.atomic():
        erp = make_connection("erp.example", provider="sellercloud")
        for sku in SKUS:
            make_variant(sku)
        there: dict[str, int] = {}
        for answer, broken in script:
            there = _one_run(erp, answer, broken, there)
        transaction.set_rollback(True)  # the next example starts from nothing


def _one_run(erp: Any, answer: Any, broken: bool, there: dict[str, int]) -> dict[str, int]:
    written = StockChange.objects.count()
    try:
        run = pull(erp, Paged(answer, broken))
        after = expected(there, answer)
    except (Held, BadResponse):
        after = there
    levels = StockLevel.objects.filter(location__connection=erp)
    assert dict(levels.values_list("variant__sku", "available")) == after
    changed = sum(after[sku] != there.get(sku) for sku in after)
    assert StockChange.objects.count() - written == changed
    for level in levels:
        changes = level.changes.order_by("pk").values_list("before", "after")
        assert sum(new - (old or 0) for old, new in changes) == level.available
    if after is not there:
        assert run.record.created + run.record.updated == changed
        again = pull(erp, Paged(answer, False))
        assert (again.record.created, again.record.updated) == (0, 0)
    return after
