"""One word for one thing: badge, tab and filter say the same, and none of the code's own words."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.admin.utils import label_for_field
from django.utils import timezone

from catalog.models import Partner
from config.adminkit.changelist import condition
from integrations.models import Connection
from orders.admin import order_list, shipment_words, shipments, states
from orders.admin.notifications import NotificationAdmin
from orders.admin.order_words import PAYMENTS, fulfillment_word, payment_word
from orders.models import Notification, Order, PartnerOrder, Shipment, Submission
from orders.services.closing import close_and_submit
from tests.catalog.people import log_in
from tests.orders.builders import make_order, make_variant
from tests.orders.test_waiting import lose

SKU = "PARTNER-bluedoor-ETH250"
ORDERS = Path(states.__file__).parent.parent
TEMPLATES = ORDERS.parent / "templates"
OURS = re.compile(
    r"\b(un|re)?routed\b|\bdrop(s|ped|ping)?\b|\bsettled?\b|\bpull(s|ed|ing)?\b", re.I
)


@pytest.fixture
def order(own_store, partner) -> Order:
    make_variant(SKU, partner)
    return make_order(own_store, SKU)


def fitting(model: type, rules: list) -> dict[int, list[str]]:
    """The options of a filter that each row is found by."""
    found: dict[int, list[str]] = {pk: [] for pk in model.objects.values_list("pk", flat=True)}
    for _, label, rule in rules:
        for row in model.objects.filter(condition(rule)):
            found[row.pk].append(label)
    return found


# --- orders


def test_the_filter_of_orders_has_the_words_of_the_badge():
    words = {fulfillment_word(Order(status=value)) for value in Order.Status.values}
    assert words == {str(label) for label in Order.Status.labels}
    work = {fulfillment_word(Order(attention=one)) for one in Order.Attention.values if one}
    assert work | {"Waits for partner"} == {label for _, label, _ in order_list.WORK}


def test_a_tab_over_one_status_is_called_like_it():
    labels = dict(Order.Status.choices)
    for _, label, rule, _ in order_list.TABS:
        if isinstance(rule, dict) and "status" in rule:
            assert label == labels[rule["status"]]
        if isinstance(rule, dict) and "status__in" in rule:
            assert label in {labels[value] for value in rule["status__in"]}


@pytest.mark.django_db
def test_an_order_is_found_by_the_word_of_its_payment(order):
    rows = [{"paid_at": None}, {"paid_at": timezone.now()}, {"refunded_total": 24}, {"total": 0}]
    for fields in rows:
        Order.objects.update(**fields)
        assert fitting(Order, PAYMENTS) == {order.pk: [payment_word(Order.objects.get())]}


# --- partner orders

NEVER, ALWAYS = {"approval": "never"}, {"approval": "always"}
LATER = timedelta(minutes=5)
# What becomes of the partner, the partner order, the submission and the connection: the word.
STATES: dict[str, tuple[dict, dict, dict, dict]] = {
    "To approve": (ALWAYS, {}, {}, {}),
    "Sending": (NEVER, {}, {}, {}),
    "Retrying": (NEVER, {}, {"error": "No."}, {}),
    "Waiting": (NEVER, {}, {"error": "No."}, {"status": "needs_attention"}),
    "Unconfirmed": (NEVER, {}, {"status": "unconfirmed"}, {}),
    "Failed": (NEVER, {}, {"status": "failed"}, {}),
    "Placed": (NEVER, {"status": "submitted"}, {"status": "submitted"}, {}),
    "Delivered": (NEVER, {"status": "delivered", "ship_to": "customer"}, {"status": "failed"}, {}),
    "Received": (NEVER, {"status": "delivered"}, {"status": "submitted"}, {}),
    "Canceled": (NEVER, {"status": "canceled"}, {"status": "dropped"}, {}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("word", STATES)
def test_a_partner_order_is_found_by_the_word_of_its_badge(order, word):
    close_and_submit(PartnerOrder.objects.get())
    changes = zip((Partner, PartnerOrder, Submission, Connection), STATES[word], strict=True)
    for model, fields in changes:
        if fields:
            model.objects.update(**fields)
    row = PartnerOrder.objects.get()
    shown = states.status_word(row)
    assert fitting(PartnerOrder, states.WORDS) == {row.pk: [shown]}
    assert shown == ("Failed" if word == "Delivered" else word)


@pytest.mark.django_db
def test_an_open_partner_order_too_and_one_that_is_slowed_down(order):
    row = PartnerOrder.objects.get()
    assert fitting(PartnerOrder, states.WORDS) == {row.pk: ["Open"]}
    PartnerOrder.objects.update(held_at=timezone.now())
    assert fitting(PartnerOrder, states.WORDS) == {row.pk: ["On hold"]}
    PartnerOrder.objects.update(held_at=None)
    close_and_submit(row)
    lose("active", paused_until=timezone.now() + LATER)
    assert fitting(PartnerOrder, states.WORDS) == {row.pk: ["Waiting"]}


def test_the_tabs_of_partner_orders_say_what_the_filter_says():
    words, groups = {label for _, label, _ in states.WORDS}, {"All", "Take lines", "Done"}
    tabs = {label for _, label, _, _ in states.TABS}
    assert tabs - words == groups | {"With partner"}


# --- parcels and e-mails


@pytest.mark.django_db
@pytest.mark.parametrize("status", Shipment.Status.values)
@pytest.mark.parametrize("received", [False, True])
def test_a_parcel_is_found_by_the_word_of_its_badge(order, status, received):
    now = timezone.now()
    parcel = Shipment.objects.create(
        order=order, bound_for="center", status=status, shipped_at=now, source="partner",
        received_at=now if received else None,
    )  # fmt: skip
    word = shipment_words.status_word(parcel)
    assert fitting(Shipment, shipment_words.WORDS) == {parcel.pk: [word]}


def test_a_tab_that_bears_the_word_of_a_badge_shows_rows_with_it_only():
    badges = {*Shipment.Status.labels, *Shipment.Publish.labels} - {"To publish"}
    assert {label for _, label, _, _ in shipments.ShipmentAdmin.views} & badges == set()
    labels = dict(Notification.Status.choices)
    for _, label, rule, _ in NotificationAdmin.views:
        if rule and "status" in rule:
            assert label == labels[rule["status"]]


# --- words of the code


def sentences(path: Path) -> list[str]:
    """Texts of several words, or with a capital, that are no docstring: what staff may read."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, documented)
    }
    texts = [
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    return [text for text in texts if text not in docs and (" " in text or text[:1].isupper())]


def test_staff_read_none_of_the_words_of_the_code():
    found = {}
    for path in ORDERS.rglob("*.py"):
        if "migrations" not in path.parts:
            found[path.name] = [text for text in sentences(path) if OURS.search(text)]
    for path in [*TEMPLATES.rglob("orders/**/*.html"), *TEMPLATES.rglob("emails/*")]:
        found[path.name] = OURS.findall(re.sub(r"{[{%].*?[%}]}", "", path.read_text()))
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "without_column"),
    [
        ("order", {"needs work", "no tracking"}),
        ("partnerorder", {"ship to"}),
        ("shipment", {"on the way", "store"}),  # "Store, mail" is two of them
    ],
)
def test_a_filter_is_called_like_the_column_it_is_about(order, model, without_column):
    page = log_in("Operator").get(f"/admin/orders/{model}/")
    titles = {str(spec.title).lower() for spec in page.context["cl"].filter_specs}
    columns = {
        str(label_for_field(name, page.context["cl"].model, page.context["cl"].model_admin)).lower()
        for name in page.context["cl"].model_admin.list_display
    }
    assert titles - columns == without_column
