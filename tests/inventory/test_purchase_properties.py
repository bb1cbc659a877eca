"""Whatever pages come: each order is its last good word, and nothing is written twice."""

from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.errors import BadResponse
from integrations.models import Connection, ExternalRef
from inventory.models import PurchaseOrder
from inventory.services import import_purchase_orders as importing
from tests.catalog.builders import make_run, make_variant
from tests.inventory.purchasing import Erp, line, make_erp, order, rows

units = st.one_of(st.integers(0, 30), st.sampled_from([-1, 10**9, 2.5, None, True]))
lines = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["MUG", "mug ", "GONE", ""]), units), max_size=4
)
words = st.tuples(
    st.integers(1, 5),
    st.sampled_from(["draft", "ordered", "received", "canceled", None]),
    st.sampled_from(["Potters", ""]),
    lines,
)
answers = st.tuples(st.lists(words, max_size=9), st.booleans(), st.integers(1, 4))
Kept = dict[int, tuple[str, str, list[tuple[str, int]]]]


def said(word: Any) -> Any:
    number, status, supplier, its_lines = word
    told = [line(n, sku, ordered) for n, sku, ordered in its_lines]
    return order(
        number, status=status, supplier=supplier, lines=tuple(told), raw={"word": repr(word)}
    )


def is_good(word: Any) -> bool:
    return all(type(n) is int and 0 <= n <= 10_000_000 for _, _, n in word[3])


def after(kept: Kept, good: list[Any]) -> Kept:
    """What is kept once these words were taken, one after the other."""
    kept = dict(kept)
    for number, status, supplier, its_lines in good:
        ours = kept[number][0] if number in kept else "pending"
        # A line that is repeated word for word counts once.
        once = {(n, sku.strip(), ordered) for n, sku, ordered in its_lines}
        kept[number] = (status or ours, supplier, sorted((sku, n) for _, sku, n in once))
    return kept


def stored() -> Kept:
    found: Kept = {}
    for row in PurchaseOrder.objects.prefetch_related("lines"):
        its_lines = sorted((one.sku, one.ordered) for one in row.lines.all())
        found[int(row.number[3:])] = (row.status, row.supplier, its_lines)
        assert row.ordered_units == sum(ordered for _, ordered in its_lines)
    return found


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=st.lists(answers, min_size=1, max_size=3))
def test_orders_are_their_last_good_word_and_nothing_is_written_twice(
    db: None, script: list[Any]
) -> None:
    with transaction.atomic():
        make_variant("MUG")
        erp, kept = make_erp(), Kept()
        for answer, broken, chunk in script:
            with patch.object(importing, "CHUNK", chunk):
                kept = _one_run(erp, kept, answer, broken=broken)
        _again(erp, [word for answer, _, _ in script for word in answer])
        transaction.set_rollback(True)  # the next example starts from nothing


def _one_run(erp: Connection, kept: Kept, answer: list[Any], *, broken: bool) -> Kept:
    """All that was read is kept, also of an answer that broke off."""
    good = [word for word in answer if is_good(word)]
    orders: list[Any] = [said(word) for word in answer]
    run = make_run(
        erp, "purchase_orders", Erp([*orders, BadResponse("Cut.")] if broken else orders)
    )
    run.watermark["updated"] = "2026-11-01T00:00:00+00:00"
    with pytest.raises(BadResponse) if broken else nullcontext():
        importing.import_purchase_orders(run)
    kept = after(kept, good)
    assert stored() == kept
    assert ExternalRef.objects.count() == len(kept)
    counts = run.record
    assert counts.failed == sum(not is_good(word) for word in answer)
    assert counts.created + counts.updated + counts.unchanged <= len(good)
    return kept


def _again(erp: Connection, every: list[Any]) -> None:
    """Their last words come once more, in one answer: not a row is written."""
    last = {word[0]: said(word) for word in every if is_good(word)}
    for _ in range(2):
        run = make_run(erp, "purchase_orders", Erp(list(last.values())))
        before = rows()
        database.queries_log.clear()  # it keeps 9,000, of all examples together
        with CaptureQueriesContext(database) as queries:
            importing.import_purchase_orders(run)
    assert rows() == before
    assert (run.record.created, run.record.updated, run.record.unchanged) == (0, 0, len(last))
    tables = ("purchaseorder", "externalref", "unmatchedsku")
    writes = [one["sql"] for one in queries if not one["sql"].startswith("SELECT")]
    assert [sql for sql in writes if any(name in sql for name in tables)] == []
