"""Stores that play their part in memory, and rows to start from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from catalog.models import Listing, Partner, Product, Variant
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.providers.base import (
    PublishesProducts,
    PublishesStock,
    PullsProducts,
    PullsStock,
)
from integrations.services.runs import Run
from integrations.types import (
    NewProduct,
    RemoteItem,
    RemoteProduct,
    RemoteVariant,
    StockAnswer,
    StockItem,
    StockToPublish,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class PartnerShop(PullsProducts, PullsStock):
    """A partner's store: answers with what it was given; an exception in a list is raised."""

    products: list[Any] = field(default_factory=list)
    stock: list[Any] = field(default_factory=list)
    asked: list[RemoteItem] = field(default_factory=list)

    def pull_products(self, since: datetime | None = None) -> Iterator[RemoteProduct]:
        return _play(self.products)

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        self.asked = list(items or ())
        return _play(self.stock)


def _play(script: list[Any]) -> Iterator[Any]:
    for one in script:
        if isinstance(one, Exception):
            raise one
        yield one


@dataclass
class OwnShop(PublishesProducts, PublishesStock):
    """Our store: keeps products by handle and numbers by item; `fail` is raised by handle.

    With `loses_answers` a call takes effect and its answer is lost.
    """

    products: dict[str, NewProduct] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    fail: dict[str, Exception] = field(default_factory=dict)
    loses_answers: dict[str, Exception] = field(default_factory=dict)
    told: list[NewProduct] = field(default_factory=list)
    sets: list[list[StockToPublish]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def publish_product(self, product: NewProduct) -> RemoteProduct:
        if product.handle in self.fail:
            raise self.fail[product.handle]
        self.told.append(product)
        self.products[product.handle] = product
        if product.handle in self.loses_answers:
            raise self.loses_answers.pop(product.handle)
        variants = tuple(
            RemoteVariant(f"V/{one.sku}", one.sku, "", item_id=f"I/{one.sku}")
            for one in product.variants
        )
        return RemoteProduct(f"P/{product.handle}", product.title, product.currency, variants)

    def read_stock(self, item_ids: Sequence[str]) -> Mapping[str, int]:
        return {item_id: self.shown[item_id] for item_id in item_ids if item_id in self.shown}

    def publish_stock(
        self, items: Sequence[StockToPublish], reference: str, key: str
    ) -> list[StockAnswer]:
        self.sets.append(list(items))
        self.keys.append(key)
        if self.answers:
            return self._scripted(self.answers.pop(0), items)
        return [self._set(item) for item in items]

    def _scripted(self, answer: Any, items: Sequence[StockToPublish]) -> list[StockAnswer]:
        if isinstance(answer, Exception):
            raise answer
        answered: list[StockAnswer] = answer(self, items)
        return answered

    def _set(self, item: StockToPublish) -> StockAnswer:
        current = self.shown[item.item_id]
        if item.change_from is not None and item.change_from != current:
            return StockAnswer(item.item_id, False, "The number has changed.", current)
        self.shown[item.item_id] = item.quantity
        return StockAnswer(item.item_id, True)


def make_connection(slug: str = "blue-door", provider: str = "shopify-partner") -> Connection:
    return Connection.objects.create(
        provider=provider,
        slug=slug,
        name=slug.replace("-", " ").title(),
        account=f"{slug}.myshopify.com",
        status=Connection.Status.ACTIVE,
    )


def make_partner(code: str = "bluedoor", **terms: Any) -> Partner:
    connection = make_connection(f"{code}-shop")
    return Partner.objects.create(name="Blue Door", code=code, connection=connection, **terms)


def make_listing(partner: Partner, number: int = 1, **facts: Any) -> Listing:
    values = {
        "external_id": f"{partner.code}-V{number}",
        "external_product_id": f"{partner.code}-P{number}",
        "external_item_id": f"{partner.code}-I{number}",
        "sku": f"SKU-{number}",
        "sku_key": f"sku-{number}",
        "title": f"Product {number}",
        "price": Decimal("10.00"),
        "cost": Decimal("10.00"),
        "currency": "USD",
        "remote_status": "active",
        "seen_at": NOW,
        "attributes": {"handle": f"product-{number}"},
    }
    return Listing.objects.create(connection=partner.connection, **(values | facts))


def make_variant(sku: str = "PARTNER-bluedoor-SKU-1", **facts: Any) -> Variant:
    product = Product.objects.create(title="Coffee", handle=f"handle-{sku}")
    return Variant.objects.create(product=product, sku=sku, **facts)


def remote_product(number: int = 1, **facts: Any) -> RemoteProduct:
    """A product with one variant; facts of the variant start with `variant_`."""
    its = {k.removeprefix("variant_"): v for k, v in facts.items() if k.startswith("variant_")}
    rest = {k: v for k, v in facts.items() if not k.startswith("variant_")}
    variant = RemoteVariant(
        **{
            "external_id": f"V{number}",
            "sku": f"SKU-{number}",
            "title": "Default Title",
            "item_id": f"I{number}",
            "price": Decimal("10.00"),
        }
        | its
    )
    values = {
        "external_id": f"P{number}",
        "title": f"Product {number}",
        "currency": "USD",
        "variants": (variant,),
        "handle": f"product-{number}",
        "status": "active",
    }
    return RemoteProduct(**(values | rest))


def make_run(connection: Connection, flow: str, provider: Any, **params: Any) -> Run:
    """A run under way, with its lease, as a worker has it."""
    schedule, _ = FlowSchedule.objects.get_or_create(connection=connection, flow=flow)
    schedule.drop_lease()
    schedule.take_lease(NOW, 10**9)
    SyncRun.objects.filter(connection=connection, flow=flow).delete()
    record = SyncRun.objects.create(
        connection=connection,
        flow=flow,
        trigger=SyncRun.Trigger.STAFF,
        status=SyncRun.Status.RUNNING,
        params=params,
    )
    return Run(record, connection, schedule, provider, NOW, {})


def counts_of(run: Run) -> dict[str, int]:
    """The counts that are not zero."""
    names = ("processed", "created", "updated", "unchanged", "skipped", "failed")
    return {name: getattr(run.record, name) for name in names if getattr(run.record, name)}


def notes_of(run: Run) -> list[tuple[str, str, str, str, str]]:
    """(key, field, before, after, outcome) of every row for the run page."""
    run.flush()
    rows = run.record.changes.order_by("pk")
    return list(rows.values_list("key", "field", "before", "after", "outcome"))


def messages_of(run: Run) -> list[str]:
    run.flush()
    return list(run.record.changes.order_by("pk").values_list("message", flat=True))
