"""Connect your own store: nothing is saved unless the account answers."""

import pytest
from django.urls import reverse
from django_q.models import OrmQ

from integrations.errors import NotAuthorized, Retryable
from integrations.models import Alert, Connection, FlowSchedule
from integrations.providers.shopify.own_store import OwnStore
from integrations.types import AccountInfo
from tests.integrations.admin_rows import get_page, log_in, make_store

pytestmark = pytest.mark.django_db
FORM = {"shop": "My-Store.myshopify.com", "client_id": "id", "client_secret": "secret"}
INFO = AccountInfo("my-store.myshopify.com", "My Store", granted=("read_orders",))


def connect(monkeypatch, outcome, **changes):
    seen = []

    def check(self):
        seen.append(self.access.secrets.client_secret.get_secret_value())
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(OwnStore, "check", check)
    url = reverse("admin:connect_system", args=["shopify"])
    return log_in("Owner").post(url, FORM | changes), seen


def test_the_form_asks_for_what_the_provider_needs():
    url = reverse("admin:connect_system", args=["shopify"])
    html = get_page(log_in("Owner"), f"{url}?shop=demo.myshopify.com")
    assert 'value="demo.myshopify.com"' in html
    assert 'type="password" name="client_secret"' in html
    assert "location_id" not in html


def test_an_account_that_answers_is_saved_and_active(monkeypatch):
    answer, seen = connect(monkeypatch, INFO)
    row = Connection.objects.get()
    assert answer.status_code == 302
    assert (row.provider, row.name, row.status) == ("shopify", "My Store", "active")
    assert row.account == "my-store.myshopify.com"
    assert row.secrets.reveal() == {"client_id": "id", "client_secret": "secret"}
    assert seen == ["secret"]
    assert FlowSchedule.objects.filter(connection=row).count() == 4
    assert any(job.task["func"].endswith("ensure_webhooks") for job in OrmQ.objects.all())


@pytest.mark.parametrize(
    "outcome",
    [NotAuthorized("The store does not accept them."), Retryable("The store is out of reach.")],
)
def test_an_account_that_does_not_answer_leaves_nothing_behind(monkeypatch, outcome):
    answer, _ = connect(monkeypatch, outcome)
    assert f"Nothing was saved. {outcome}" in answer.content.decode()
    assert not Connection.objects.exists()
    assert not Alert.objects.exists()
    assert not OrmQ.objects.exists()


def test_missing_permissions_are_named(monkeypatch):
    answer, _ = connect(
        monkeypatch, AccountInfo("my-store.myshopify.com", "My Store", missing=("write_inventory",))
    )
    assert "write_inventory is missing" in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_domain_that_is_none_is_refused_before_any_call(monkeypatch):
    answer, seen = connect(monkeypatch, INFO, shop="my-store.example.com")
    assert "A shop is named by its permanent domain" in answer.content.decode()
    assert seen == []
    assert not Connection.objects.exists()


def test_without_an_app_of_the_installation_the_credentials_are_required(monkeypatch):
    answer, seen = connect(monkeypatch, INFO, client_id="", client_secret="")
    assert answer.content.decode().count("This field is required.") == 2
    assert seen == []


def test_with_an_app_of_the_installation_they_may_stay_empty(monkeypatch, settings):
    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRET = "app-id", "app-secret"
    _, seen = connect(monkeypatch, INFO, client_id="", client_secret="")
    assert seen == ["app-secret"]
    assert not Connection.objects.get().secrets


def test_a_connected_account_is_not_connected_twice(monkeypatch):
    make_store("my-store", "shopify")
    answer, seen = connect(monkeypatch, INFO)
    assert "is connected already, as My-Store." in answer.content.decode()
    assert seen == []


def test_staff_may_name_it(monkeypatch):
    connect(monkeypatch, INFO, name="Main store")
    assert Connection.objects.get().name == "Main store"


def test_a_name_that_another_one_in_use_has_gets_the_account_behind_it(monkeypatch):
    make_store("other", name="my store")
    connect(monkeypatch, INFO)
    row = Connection.objects.get(provider="shopify")
    assert row.name == "My Store (my-store.myshopify.com)"


def test_a_name_that_only_an_archived_one_has_is_free(monkeypatch):
    make_store("other", name="My Store", status="archived")
    connect(monkeypatch, INFO)
    assert Connection.objects.get(provider="shopify").name == "My Store"


def test_an_archived_account_comes_back_in_its_own_row(monkeypatch):
    old = make_store("my-store", "shopify", status="archived")
    connect(monkeypatch, INFO)
    row = Connection.objects.get()
    assert (row.pk, row.status, row.archived_at) == (old.pk, "active", None)


def test_a_partner_store_is_not_connected_with_credentials():
    url = reverse("admin:connect_system", args=["shopify-partner"])
    assert log_in("Owner").get(url).status_code == 404


@pytest.mark.parametrize("group", ["Viewer", "Operator", "Manager"])
def test_others_are_refused(group):
    client = log_in(group)
    assert client.get(reverse("admin:connect_system", args=["shopify"])).status_code == 403
    assert client.get(reverse("admin:connect_partner")).status_code == 403
