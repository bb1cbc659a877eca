"""The import preview, and the import it asks for."""

from decimal import Decimal

import pytest
from django.urls import reverse

from integrations.models import SyncRun
from tests.catalog.builders import make_listing, make_partner
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
PREVIEW, IMPORT = "/admin/catalog/preview/", "/admin/catalog/import/"


def test_preview_shows_outcomes_and_writes_nothing(partner, own):
    good = make_listing(partner, 1)
    bad = make_listing(partner, 2, sku="", sku_key="")
    url = f"{PREVIEW}?partner={partner.pk}&v={good.pk}&v={bad.pk}&markup=10&rounding=none"
    response = log_in("Manager").get(url)
    html = texts(response)
    assert response.context["counts"] == {"create": 1, "update": 0, "skip": 0, "conflict": 1}
    assert f'name="price_{good.pk}" value="11.00"' in html
    assert f'name="price_{bad.pk}"' not in html
    assert "It has no SKU at the partner." in html
    assert "1 price leaves a margin under 15 %" in html
    assert not SyncRun.objects.exists()


def test_preview_again_with_a_typed_price_shows_its_margin(partner, own):
    listing = make_listing(partner)
    data = {"partner": partner.pk, "v": listing.pk, f"price_{listing.pk}": "20"}
    (line,) = log_in("Manager").post(PREVIEW, data).context["rows"]
    assert (line.typed, line.percent) == ("20", 50)


def test_import_asks_the_service_once_for_what_was_shown(partner, own, imports):
    first, second = make_listing(partner, 1), make_listing(partner, 2)
    data = {
        "partner": partner.pk,
        "markup": "25",
        "rounding": ".99",
        "v": [first.pk, second.pk],
        f"price_{first.pk}": "12.99",
        f"price_{second.pk}": "15.00",
    }
    response = log_in("Manager").post(IMPORT, data)
    run = SyncRun.objects.get()
    prices = {first.pk: Decimal("12.99"), second.pk: Decimal("15.00")}
    assert imports == [
        ("bluedoor", [first.pk, second.pk], Decimal("0.25"), ".99", prices),
    ]
    assert response.url == reverse("admin:integrations_syncrun_change", args=[run.pk])


def test_conflict_is_not_imported_by_a_hand_made_post(partner, own, imports):
    good, bad = make_listing(partner, 1), make_listing(partner, 2, sku="", sku_key="")
    foreign = make_listing(make_partner("other"), 3)
    data = {"partner": partner.pk, "v": [good.pk, bad.pk, foreign.pk], f"price_{bad.pk}": "5"}
    log_in("Manager").post(IMPORT, data)
    assert [call[1] for call in imports] == [[good.pk]]


def test_only_conflicts_import_nothing(partner, own, imports):
    bad = make_listing(partner, 2, sku="", sku_key="")
    response = log_in("Manager").post(IMPORT, {"partner": partner.pk, "v": bad.pk}, follow=True)
    assert imports == []
    assert said(response) == ["Nothing to import: no ticked row would change our store."]


@pytest.mark.parametrize("typed", ["", "-1", "0", "ten", "9.999", "NaN", "1e12"])
def test_price_that_is_none_stops_the_import_and_is_marked(partner, own, imports, typed):
    listing = make_listing(partner)
    data = {"partner": partner.pk, "v": listing.pk, f"price_{listing.pk}": typed}
    response = log_in("Manager").post(IMPORT, data)
    assert imports == []
    assert response.context["rows"][0].error
    assert 'aria-invalid="true"' in texts(response)


def test_nothing_ticked_goes_back_to_the_catalog(partner, own, imports):
    response = log_in("Manager").get(f"{PREVIEW}?partner={partner.pk}", follow=True)
    assert said(response) == ["Tick what you want to import first."]


def test_import_under_way_is_said(partner, own):
    first, second = make_listing(partner, 1), make_listing(partner, 2)
    client = log_in("Manager")
    client.post(IMPORT, {"partner": partner.pk, "v": first.pk})
    response = client.post(IMPORT, {"partner": partner.pk, "v": second.pk}, follow=True)
    assert "Another import is under way" in said(response)[-1]
    assert SyncRun.objects.count() == 1
