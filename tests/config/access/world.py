"""A small business in which every button of the portal has a row it applies to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from catalog.models import Listing, SkuAlias, UnmatchedSku, Variant
from integrations.models import (
    Alert,
    BulkAction,
    BulkRow,
    Connection,
    FlowSchedule,
    ImportJob,
    ImportRow,
)
from integrations.services.alerts import raise_alert
from integrations.services.api_keys import make_key
from integrations.services.installs import create_link
from inventory.models import Location, PurchaseOrder, StockLevel
from orders.models import PrivacyRequest
from orders.services import confirming, submission
from tests.config.access.orders import add_orders
from tests.integrations.admin_rows import make_event, make_run
from tests.orders.builders import (
    PartnerSystem,
    make_connection,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)


@dataclass
class World:
    """`rows` by `app/model`; where a button needs another one, by `app/model/button`.

    `shows_lines` are orders whose pages carry the buttons of their lines.
    """

    own: Connection
    systems: dict[int, PartnerSystem]
    rows: dict[str, Model] = field(default_factory=dict)
    shows_lines: list[Model] = field(default_factory=list)

    def add(self, row: Model, *buttons: str) -> Any:
        """The row of its kind, or that of these buttons."""
        kind = row._meta.label_lower.replace(".", "/")
        if not buttons:
            self.rows.setdefault(kind, row)
        for name in buttons:
            self.rows[f"{kind}/{name}"] = row
        return row

    def pages(self) -> Iterator[tuple[str, Model]]:
        """Every row with the kind of its page."""
        for row in [*self.rows.values(), *self.shows_lines]:
            yield row._meta.label_lower.replace(".", "/"), row

    def row(self, kind: str, button: str = "") -> Model:
        """The one a button applies to; KeyError where nobody made a row of the kind."""
        return self.rows.get(f"{kind}/{button}") or self.rows[kind]


def make_world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Every partner's system plays from a script of its own."""
    systems: dict[int, PartnerSystem] = {}

    def provider_for(connection: Connection) -> PartnerSystem:
        return systems.setdefault(connection.pk, PartnerSystem(connection.account))

    for module in (submission, confirming):
        monkeypatch.setattr(module, "provider_for", provider_for)
    set_center_address()
    world = World(make_own_store(), systems)
    for make in (_people, _connections, _runs, _bulk, _imports, _catalog, _stock, _requests):
        make(world)
    add_orders(world, provider_for)
    return world


def _people(world: World) -> None:
    world.add(User.objects.create_user("plain-person", first_name="Pat"))
    world.add(Group.objects.get(name="Viewer"))


def _connections(world: World) -> None:
    store = world.add(make_partner("plain", approval="always").connection)
    now = timezone.now()
    silent = make_partner("silent").connection
    Connection.objects.filter(pk=silent.pk).update(opened=1, failures=3)
    world.add(silent, "try_now")
    lost = make_partner("lost").connection
    Connection.objects.filter(pk=lost.pk).update(status="needs_attention")
    world.add(lost, "reconnect_lost")
    world.add(make_connection("resting"), "resume")
    Connection.objects.filter(slug="resting").update(status="paused", status_reason="Holidays.")
    world.add(create_link("shopify-partner", "new.myshopify.com", "", make_boss(), now)[0])
    world.add(make_key(make_boss(), "Nightly", ["sync:run"], timedelta(days=30), now)[0])
    late = create_link("shopify-partner", "late.myshopify.com", "", make_boss(), now, days=-1)[0]
    world.add(late, "new_link")
    alert = raise_alert("sync:plain", "sync", "Plain does not answer", "Look there.", store)
    world.add(alert)
    world.add(make_event(store))


def make_boss() -> User:
    """Who made what staff made."""
    return User.objects.get_or_create(username="boss")[0]


def _runs(world: World) -> None:
    store: Any = world.row("integrations/connection")
    world.add(make_run(store))
    world.add(make_run(store, status="queued"), "cancel")
    world.add(make_run(store, status="held", reason="zeroed"), "discard", "release")
    world.add(FlowSchedule.objects.create(connection=store, flow="stock", every_minutes=60))
    asleep = FlowSchedule.objects.create(
        connection=store, flow="products", every_minutes=60, enabled=False
    )
    world.add(asleep, "resume")


def _bulk(world: World) -> None:
    """A colleague's: one that stopped in the middle, one that waits."""
    kind = ContentType.objects.get_for_model(Alert)
    common = {"user": make_boss(), "content_type": kind, "action": "take", "label": "Take it"}
    stopped = BulkAction.objects.create(**common, total=1, status="interrupted")
    BulkRow.objects.create(bulk=stopped, object_id=1)
    world.add(stopped)
    world.add(stopped, "go_on")
    world.add(BulkAction.objects.create(**common, total=1, status="queued"), "cancel")
    # A question is answered by who asked for it, and by nobody else.
    world.rows["bulk/<id>"] = BulkAction.objects.create(**common, total=1)


def _imports(world: World) -> None:
    """A colleague's files: one to confirm, one that stopped in the middle."""
    kind = ContentType.objects.get_for_model(Variant)
    common: dict[str, Any] = {"user": make_boss(), "content_type": kind, "kind": "variants"}
    common |= {"file_name": "prices.csv", "columns": ["sku"], "total": 1}
    counts = {"create": 1, "update": 0, "error": 0}
    draft = world.add(ImportJob.objects.create(**common, counts=counts, status="draft"))
    ImportRow.objects.create(job=draft, number=2, cells=["OWN-MUG"], action="create")
    world.rows["imports/<id>"] = draft
    world.add(ImportJob.objects.create(**common, counts=counts, status="interrupted"), "go_on")


def _catalog(world: World) -> None:
    new = make_partner("newcomer", terms_confirmed_at=None)
    world.add(new)
    variant = make_variant("PARTNER-newcomer-MUG", new, own_store=world.own)
    type(variant.product).objects.filter(pk=variant.product_id).update(source_partner=new)
    world.own.listings.filter(variant=variant).update(cost="11.00")
    world.add(variant)
    SkuAlias.objects.create(connection=world.own, sku="BIG-MUG", variant=variant)
    now = timezone.now()
    world.add(
        UnmatchedSku.objects.create(
            connection=world.own, source="order", sku="NOBODY-1", reason="No variant has it.",
            first_at=now, last_at=now,
        )
    )  # fmt: skip
    Listing.objects.create(
        connection=new.connection, external_id="mug-2", title="Mug", sku="MUG-2", currency="USD",
        seen_at=now,
    )  # fmt: skip
    theirs = UnmatchedSku.objects.create(
        connection=new.connection, source="stock", sku="MUG-2", reason="No variant has it.",
        first_at=now, last_at=now,
    )  # fmt: skip
    world.add(theirs, "link_it")
    left = UnmatchedSku.objects.create(
        connection=new.connection, source="stock", sku="BAG-9", reason="No variant has it.",
        first_at=now, last_at=now, ignored_at=now,
    )  # fmt: skip
    world.add(left, "take_back")


def _stock(world: World) -> None:
    shelf = world.add(Location.objects.get(connection=None))
    level = StockLevel.objects.create(
        location=shelf, variant=make_variant("SHELF-1"), available=4, as_of=timezone.now()
    )
    world.add(level)
    theirs = StockLevel.objects.exclude(location__connection=None).first()
    world.add(theirs, "sync_now")
    bought = PurchaseOrder.objects.create(number="PO-1", status="ordered")
    world.add(bought)
    erp = make_connection("erp", "sellercloud")
    erp.settings = {"base_url": "https://erp.example/rest"}
    erp.save(update_fields=["settings"])
    theirs = PurchaseOrder.objects.create(connection=erp, number="PO-2", status="ordered")
    world.add(theirs, "run_now")


def _requests(world: World) -> None:
    soon = timezone.localdate() + timedelta(days=20)
    world.add(
        PrivacyRequest.objects.create(
            kind="data_request", provider="shopify", account=world.own.account, key="k",
            connection=world.own, customer_id="191167", due_on=soon,
        )
    )  # fmt: skip
