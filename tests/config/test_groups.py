"""What each group may do, exactly; and what becomes of rights that are taken away."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.db import connection

from orders.models import Order
from tests.config.access.people import browser_of, make_person
from tests.orders.builders import make_order, make_own_store

pytestmark = pytest.mark.django_db
VIEWED = {
    "catalog": {"brand", "listing", "partner", "product", "skualias", "unmatchedsku", "variant"},
    "integrations": {
        "alert", "apicall", "bulkaction", "bulkrow", "connection", "externalref", "flowschedule",
        "heartbeat", "importjob", "importrow", "inboundevent",
        "installlink", "syncchange", "syncrun",
    },
    "inventory": {
        "location", "purchaseorder", "purchaseorderline", "reservation", "stockchange",
        "stocklevel",
    },
    "orders": {
        "notification", "order", "ordercontact", "orderevent", "orderline", "partnerorder",
        "partnerorderline", "privacyrequest", "shipment", "shipmentline", "submission",
    },
}  # fmt: skip
VIEWER = {f"{app}.view_{model}" for app, models in VIEWED.items() for model in models}
OPERATOR = VIEWER | {
    "catalog.change_unmatchedsku",
    "integrations.change_alert",
    "integrations.replay_event",
    "integrations.run_flow",
    "orders.approve_order",
    "orders.change_shipment",
    "orders.submit_partnerorder",
}
MANAGER = OPERATOR | {
    "catalog.add_product",
    "catalog.change_partner",
    "catalog.import_listing",
    "catalog.import_product",
    "catalog.import_variant",
    "integrations.release_run",
    "integrations.view_payload",
    "inventory.change_location",
    "inventory.change_stocklevel",
    "inventory.import_purchaseorder",
    "inventory.import_stocklevel",
    "orders.cancel_order",
    "orders.export_data",
}
OWNER = MANAGER | {
    "auth.add_user",
    "auth.change_user",
    "auth.view_group",
    "auth.view_user",
    "catalog.add_partner",
    "integrations.add_connection",
    "integrations.change_connection",
    "integrations.change_flowschedule",
    "integrations.manage_apikey",
    "integrations.manage_connection",
}
GROUPS = {"Viewer": VIEWER, "Operator": OPERATOR, "Manager": MANAGER, "Owner": OWNER}


def permissions_of(group: str) -> set[str]:
    rows = Permission.objects.filter(group__name=group).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_exactly_these_permissions(group):
    assert permissions_of(group) == GROUPS[group]


def test_there_are_no_other_groups():
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)


def test_nobody_may_delete():
    for group in GROUPS:
        assert [name for name in permissions_of(group) if ".delete_" in name] == []


def test_an_update_gives_the_groups_what_a_fresh_installation_has():
    late = Permission.objects.filter(codename__in=["view_unmatchedsku", "change_user"])
    for group in Group.objects.all():
        group.permissions.remove(*late)
    Group.objects.get(name="Manager").permissions.add(
        Permission.objects.get(codename="change_flowschedule")
    )

    migration = importlib.import_module("orders.migrations.0007_group_rights")
    migration.mend(apps, SimpleNamespace(connection=connection))

    assert {group: permissions_of(group) for group in GROUPS} == GROUPS


# --- rights that are taken away


@pytest.fixture
def order() -> Order:
    return make_order(make_own_store(), "UNKNOWN-1")


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_who_is_disabled_or_no_longer_staff_is_out_at_the_next_click(order, field):
    user = make_person("Operator")
    client, page = browser_of(user), f"/admin/orders/order/{order.pk}/change/"
    assert client.get(page).status_code == 200
    User.objects.filter(pk=user.pk).update(**{field: False})

    read, pressed = client.get(page), client.post(page.replace("change", "do/hold"))

    assert read.headers["Location"] == f"/admin/login/?next={page}"
    assert pressed.headers["Location"] == "/admin/login/?next=/admin/orders/order/"
    assert Order.objects.get().held_at is None


def test_who_leaves_a_group_loses_its_buttons_at_the_next_click(order):
    user = make_person("Operator")
    client, address = browser_of(user), f"/admin/orders/order/{order.pk}"
    assert "/do/hold/" in client.get(f"{address}/change/").text
    user.groups.set([Group.objects.get(name="Viewer")])

    assert "/do/hold/" not in client.get(f"{address}/change/").text
    assert client.post(f"{address}/do/hold/", {"confirmed": "1"}).status_code == 403
    assert Order.objects.get().held_at is None


def test_a_new_password_ends_the_sessions_of_the_old_one():
    user = make_person("Viewer")
    client = browser_of(user)
    user.set_password("another horse battery")
    user.save()

    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"


# --- no rights yet


def test_staff_without_rights_are_told_whom_to_ask():
    cache.clear()
    owner = make_person("Owner")
    User.objects.filter(pk=owner.pk).update(first_name="Olga", last_name="Owen")

    page = browser_of(make_person("no rights")).get("/admin/").text

    assert "<h1>You may not open anything yet</h1>" in page
    assert "<li>Olga Owen</li>" in page
    assert "Set up Crossdock" not in page
    assert "/admin/health/" not in page


def test_staff_with_one_right_see_the_dashboard_without_what_they_may_not_see():
    make_own_store()
    user = make_person("no rights")
    user.user_permissions.add(Permission.objects.get(codename="view_variant"))

    page = browser_of(user).get("/admin/").text

    assert "All clear" in page
    assert "Own Store" not in page
    assert "/admin/setup/" not in page


# --- users


def test_an_owner_makes_nobody_a_superuser():
    owner, other = make_person("Owner"), make_person("Viewer")
    form = {"username": "viewer", "is_active": "on", "is_staff": "on", "is_superuser": "on"}

    answer = browser_of(owner).post(f"/admin/auth/user/{other.pk}/change/", form)

    assert answer.status_code == 302
    other.refresh_from_db()
    assert (other.is_superuser, other.groups.count()) == (False, 0)


def test_an_owner_cannot_take_over_a_superuser(admin_user):
    client, page = browser_of(make_person("Owner")), f"/admin/auth/user/{admin_user.pk}"
    words = {"password1": "another horse battery", "password2": "another horse battery"}

    shown = client.get(f"{page}/change/")
    answers = [client.post(f"{page}/change/", {}), client.post(f"{page}/password/", words)]

    assert shown.status_code == 200
    assert "password/" not in shown.text.partition("<main")[2]
    assert [answer.status_code for answer in answers] == [403, 403]
    admin_user.refresh_from_db()
    assert admin_user.check_password("password")
