"""What changed a number, at the first glance: on the page of a level and of a variant."""

from datetime import timedelta

import pytest
from django.urls import reverse

from integrations.models import SyncChange, SyncRun
from inventory.models import StockChange, StockLevel
from tests.catalog.people import log_in, texts
from tests.inventory.stock_pages import make_level, page

pytestmark = pytest.mark.django_db


def change(level: StockLevel, before: int, after: int, **fields: object) -> StockChange:
    run = SyncRun.objects.create(
        connection=level.location.connection, flow="stock", trigger="schedule", status="completed"
    )
    values = {"run": run, "reason": "pull", "at": level.as_of} | fields
    return StockChange.objects.create(
        level=level, variant=level.variant, before=before, after=after, **values
    )


def card_of(html: str) -> str:
    """The card that answers the question."""
    return " ".join(html.partition('id="last-change"')[2].partition("</section>")[0].split())


def pages_of(level: StockLevel) -> list[str]:
    return [page(level), reverse("admin:catalog_variant_change", args=[level.variant_id])]


def test_the_newest_change_stands_first_with_its_run(partner):
    level = make_level(partner)
    change(level, 5, 20, at=level.as_of - timedelta(hours=2))
    newest = change(level, 20, 12)
    client = log_in("Viewer")
    run = reverse("admin:integrations_syncrun_change", args=[newest.run_id])
    for url in pages_of(level):
        html = texts(client.get(url))
        card = card_of(html)
        assert "<s>20</s>" in card
        assert "<b>12</b>" in card
        assert '<em class="down">-8</em>' in card
        assert "<b>Their count</b>" in card
        assert f'<a href="{run}">Run #{newest.run_id}</a>, started by Schedule' in card
        assert html.partition('id="last-change"')[0].count('<section class="card"') == 1


def test_a_person_and_their_reason_are_named(partner, django_user_model):
    level = make_level(partner)
    mia = django_user_model.objects.create_user("mia", first_name="Mia")
    change(level, 4, 6, run=None, user=mia, reason="adjust", note="Found two behind the shelf")
    client = log_in("Viewer")
    for url in pages_of(level):
        card = card_of(texts(client.get(url)))
        assert "Found two behind the shelf, by Mia" in card
        assert "<b>Adjusted by hand</b>" in card


def test_what_never_changed_says_so(partner):
    html = texts(log_in("Viewer").get(page(make_level(partner))))
    assert "Nothing changed it yet" in card_of(html)


def test_the_variant_leads_to_all_changes(partner):
    level = make_level(partner)
    change(level, 20, 12)
    html = texts(log_in("Viewer").get(pages_of(level)[1]))
    assert f'<a href="{page(level)}#ledger">All changes</a>' in card_of(html)


def test_a_newer_answer_that_is_held_is_said_on_both_pages(partner):
    level = make_level(partner)
    change(level, 20, 12)
    held = SyncRun.objects.create(
        connection=level.location.connection, flow="stock", trigger="schedule", status="held"
    )
    SyncChange.objects.create(
        run=held, key=level.variant.sku, field="available", before="12", after="0", outcome="held"
    )
    client = log_in("Viewer")
    for url in pages_of(level):
        html = " ".join(texts(client.get(url)).split())
        assert "is held:</b>" in html
        assert f"Look at Run #{held.pk}" in html

    SyncRun.objects.filter(pk=held.pk).update(status="canceled")
    for url in pages_of(level):
        assert "is held:</b>" not in texts(client.get(url))
