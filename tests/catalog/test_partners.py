import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied

from catalog.models import Partner, Product
from catalog.services.own_store import own_currency, own_store
from catalog.services.partners import code_is_fixed, confirm_terms, make_partner, propose_code
from integrations import registry
from integrations.models import Connection
from integrations.providers.veracore.provider import VeraCore
from integrations.services.connections import activate
from integrations.services.lifecycle import connect_system
from integrations.types import AccountInfo
from tests.catalog.builders import NOW, make_connection

INFO = AccountInfo(
    "blue-door.myshopify.com", "Blue Door", currency="eur", timezone="America/New_York"
)


@pytest.mark.django_db
def test_a_connected_store_becomes_a_partner_with_the_default_terms() -> None:
    partner = make_partner(make_connection("blue-door"), INFO)
    terms = Partner.objects.values_list(
        "name", "code", "currency", "timezone", "dispatch", "trigger", "approval", "ship_to",
        "markup", "rounding", "min_margin", "buffer", "terms_confirmed_at",
    ).get(pk=partner.pk)  # fmt: skip
    assert [str(term) for term in terms] == [
        "Blue Door", "bluedoor", "EUR", "America/New_York", "weekly_append", "paid", "always",
        "center", "0.2500", "none", "0.1500", "0", "None",
    ]  # fmt: skip


@pytest.mark.django_db
def test_connecting_again_keeps_the_terms_staff_changed() -> None:
    connection = make_connection("blue-door")
    partner = make_partner(connection, INFO)
    Partner.objects.filter(pk=partner.pk).update(name="Renamed", markup="0.4")
    again = make_partner(connection, INFO)
    assert (again.pk, again.name, str(again.markup)) == (partner.pk, "Renamed", "0.4000")


@pytest.mark.django_db
def test_the_check_of_a_partner_store_makes_the_partner(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = make_connection("blue-door")
    for handler in registry.connected_handlers("shopify-partner"):
        handler(connection, INFO)
    assert Partner.objects.get(connection=connection).code == "bluedoor"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("blue-door.myshopify.com", "bluedoor"),
        ("Roast_2.0", "roast2"),
        ("x.myshopify.com", "xpartner"),
        ("a-very-long-name-of-a-shop-in-town.myshopify.com", "averylongnameofashopinto"),
        ("us.myshopify.com", "us2"),
    ],
)
def test_the_code_is_the_handle_without_hyphens(account: str, code: str) -> None:
    assert propose_code(account) == code


@pytest.mark.django_db
def test_a_taken_code_gets_a_number_and_stays_short_enough() -> None:
    Partner.objects.create(name="One", code="averylongnameofashopinto")
    Partner.objects.create(name="Two", code="averylongnameofashopint2")
    assert propose_code("averylongnameofashopinto") == "averylongnameofashopint3"


@pytest.mark.django_db
def test_an_unknown_time_zone_becomes_utc() -> None:
    info = AccountInfo("a.myshopify.com", "A", currency="USD", timezone="Mars/Phobos")
    assert make_partner(make_connection("a-shop"), info).timezone == "UTC"


@pytest.mark.django_db
def test_our_own_store_decides_the_currency_we_sell_in() -> None:
    own = make_connection("our-store", provider="shopify")
    for handler in registry.connected_handlers("shopify"):
        handler(own, INFO)
    assert own_currency() == "EUR"


@pytest.mark.django_db
def test_a_second_own_store_does_not_change_the_currency() -> None:
    first = make_connection("our-store", provider="shopify")
    second = make_connection("other-store", provider="shopify")
    for handler in registry.connected_handlers("shopify"):
        handler(second, INFO)
    assert own_store() == first
    assert own_currency() == "USD"


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["draft", "paused", "needs_attention", "archived"])
def test_only_an_active_store_is_our_own_store(status: str) -> None:
    own = make_connection("our-store", provider="shopify")
    Connection.objects.filter(pk=own.pk).update(status=status)
    make_connection("blue-door")
    assert own_store() is None


@pytest.mark.django_db
def test_terms_are_confirmed_once() -> None:
    partner = make_partner(make_connection("blue-door"), INFO)
    assert confirm_terms(partner, None, NOW) is True
    assert confirm_terms(partner, None, NOW.replace(hour=10)) is False
    assert Partner.objects.get(pk=partner.pk).terms_confirmed_at == NOW


@pytest.mark.django_db
def test_who_may_not_change_partners_may_not_confirm_terms() -> None:
    partner = make_partner(make_connection("blue-door"), INFO)
    user = User.objects.create_user("viewer")
    with pytest.raises(PermissionDenied):
        confirm_terms(partner, user, NOW)
    assert Partner.objects.get(pk=partner.pk).terms_confirmed_at is None
    user.user_permissions.add(Permission.objects.get(codename="change_partner"))
    assert confirm_terms(partner, User.objects.get(pk=user.pk), NOW) is True


@pytest.mark.django_db
def test_the_code_is_fixed_from_the_first_import_on() -> None:
    partner = make_partner(make_connection("blue-door"), INFO)
    assert code_is_fixed(partner) is False
    Product.objects.create(title="Coffee", handle="coffee", source_partner=partner)
    assert code_is_fixed(partner) is True
    assert code_is_fixed(Partner.objects.get(code="us")) is True


@pytest.mark.django_db
def test_activation_makes_the_partner_in_the_same_transaction() -> None:
    connection = make_connection("blue-door")
    Connection.objects.filter(pk=connection.pk).update(status="draft")
    connection.refresh_from_db()
    activate(connection, INFO, NOW)
    assert Partner.objects.get(connection=connection).name == "Blue Door"
    assert Connection.objects.get(pk=connection.pk).status == "active"


@pytest.mark.django_db
def test_a_warehouse_is_called_as_staff_called_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = AccountInfo("HARBOR", "VeraCore")
    monkeypatch.setattr(VeraCore, "check", lambda self: info)
    secrets = {"client_id": "portal", "client_secret": "hush"}
    connect_system("veracore", {"company_id": "HARBOR"}, secrets, name="Harbor")
    monkeypatch.setattr(VeraCore, "check", lambda self: AccountInfo("VALLEY", "VeraCore"))
    connect_system("veracore", {"company_id": "VALLEY"}, secrets)
    names = Partner.objects.filter(connection__isnull=False).values_list("name", flat=True)
    assert sorted(names) == ["Harbor", "VeraCore"]
