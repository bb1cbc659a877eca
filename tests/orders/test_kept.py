"""Nothing with a history can be deleted, by whomever; what is archived stays readable."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import ProtectedError
from django.test import RequestFactory
from django.utils import timezone

from catalog.models import Partner
from integrations.models import Connection, SyncRun
from integrations.services.lifecycle import archive_connection
from orders.models import Order, PartnerOrder
from orders.services.closing import close_and_submit
from tests.integrations.admin_rows import log_in
from tests.orders.builders import make_order, make_variant

pytestmark = pytest.mark.django_db


def test_not_even_a_superuser_finds_a_way_to_delete_a_row():
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create_superuser("mia")
    models = {model: page for model, page in admin.site._registry.items() if model != Group}

    deletable = [model for model, page in models.items() if page.has_delete_permission(request)]
    bulk = [
        model for model, page in models.items() if "delete_selected" in page.get_actions(request)
    ]

    assert len(models) > 15
    assert (deletable, bulk) == ([], [])


@pytest.fixture
def history(own_store, partner) -> Partner:
    """A partner that was sold from, with a partner order and a run."""
    make_order(own_store, make_variant(partner=partner).sku)
    close_and_submit(PartnerOrder.objects.get())
    SyncRun.objects.create(
        connection=partner.connection, flow="stock", trigger="staff", status="completed"
    )
    return partner


def test_the_database_keeps_what_has_a_history(history):
    variant = history.connection.listings.get().variant
    for row in (history, history.connection, variant, variant.product, Order.objects.get()):
        with pytest.raises(ProtectedError):
            row.delete()
    assert (Partner.objects.filter(pk=history.pk).exists(), Order.objects.count()) == (True, 1)


def test_an_archived_connection_has_no_credentials_and_all_its_history(history):
    connection = history.connection
    connection.secrets = {"client_secret": "hush-hush"}
    connection.save()

    archive_connection(connection, timezone.now())

    row = Connection.objects.get(pk=connection.pk)
    assert (row.status, row.secrets.reveal(), row.tokens.reveal()) == ("archived", {}, {})
    client = log_in("Viewer")
    for page in (
        f"/admin/integrations/connection/{row.pk}/change/",
        f"/admin/integrations/syncrun/{SyncRun.objects.get().pk}/change/",
        f"/admin/orders/partnerorder/{PartnerOrder.objects.get().pk}/change/",
    ):
        assert client.get(page).status_code == 200
