"""Endpoints of products: searched, narrowed, and one by its id."""

from typing import Annotated

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from catalog.models import Product, Variant, normalize_sku
from integrations.api.callers import callers
from integrations.api.paging import PageNumber, PageOut, PageSize, cut
from integrations.api.problems import Problem
from integrations.api.sync import MOST_ID, refuse_unknown

router = Router(tags=["products"])
SCOPE = "catalog:read"
MOST_TEXT = 100


class VariantOut(Schema):
    """One thing that is sold, by its SKU."""

    sku: str = Field(description="Our SKU")
    title: str = Field(description="Which variant of the product; empty where there is one")
    price: str | None = Field(description="Our price of one unit, as a decimal number in text")
    currency: str = Field(description="Currency of the price")
    barcode: str = Field(description="Barcode, if it is known")
    thc: str = Field(description="THC as the warehouse says it")
    batch: str = Field(description="Batch or lot the warehouse has now")
    certificate_url: str = Field(description="Certificate of analysis of that batch")


class ProductOut(Schema):
    """A product with its variants."""

    id: int = Field(description="Number of the product here")
    title: str = Field(description="Its title")
    brand: str = Field(description="Its brand; empty where none is known")
    partner: str = Field(description="Whose product it is; empty for our own")
    variants: list[VariantOut] = Field(description="Everything of it that is sold")


class ProductsOut(PageOut):
    """A page of products, by title."""

    products: list[ProductOut] = Field(description="The products of this page")


@router.get(
    "",
    auth=callers(SCOPE),
    response=ProductsOut,
    operation_id="list_products",
    summary="Products",
    description="All that are sold, by title; searched, and narrowed by brand, SKU or batch.",
    openapi_extra={"x-scope": SCOPE},
)
def list_products(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=MOST_TEXT, description="Part of a title or of a SKU")] = "",
    brand: Annotated[str, Query(max_length=MOST_TEXT, description="Name of a brand")] = "",
    sku: Annotated[str, Query(max_length=MOST_TEXT, description="Exactly this SKU")] = "",
    batch: Annotated[str, Query(max_length=120, description="Exactly this batch or lot")] = "",
    page: PageNumber = 1,
    page_size: PageSize = 50,
) -> ProductsOut:
    """Products, a page at a time."""
    refuse_unknown(request, "q", "brand", "sku", "batch", "page", "page_size")
    found = _sold()
    if q:
        found = found.filter(Q(title__icontains=q) | Q(variants__sku__icontains=q))
    if brand:
        found = found.filter(brand__name_key=normalize_sku(" ".join(brand.split())))
    if sku:
        found = found.filter(variants__sku_key=normalize_sku(sku)[:100])
    if batch:
        found = found.filter(_of_batch(batch.strip()), variants__archived_at=None)
    rows, total = cut(found.distinct().order_by("title", "pk"), page, page_size)
    products = [_shown(row) for row in rows]
    return ProductsOut(page=page, page_size=page_size, total=total, products=products)


@router.get(
    "/{product_id}",
    auth=callers(SCOPE),
    response=ProductOut,
    operation_id="read_product",
    summary="One product",
    description="A product with everything of it that is sold.",
    openapi_extra={"x-scope": SCOPE},
)
def read_product(
    request: HttpRequest,
    product_id: Annotated[int, Path(ge=1, le=MOST_ID, description="Number of the product")],
) -> ProductOut:
    """One product."""
    refuse_unknown(request)
    row = _sold().filter(pk=product_id).first()
    if row is None:
        raise Problem(404, "not_found", f"There is no product {product_id}.")
    return _shown(row)


def _of_batch(name: str) -> Q:
    """Its batch, or one of those it is of where several warehouses have it."""
    whole, between = Q(variants__batch=name), Q(variants__batch__contains=f", {name}, ")
    first = Q(variants__batch__startswith=f"{name}, ")
    return whole | first | between | Q(variants__batch__endswith=f", {name}")


def _sold() -> QuerySet[Product]:
    live = Variant.objects.filter(archived_at=None).order_by("pk")
    rows = Product.objects.filter(archived_at=None).select_related("brand", "source_partner")
    return rows.prefetch_related(Prefetch("variants", live))


def _shown(row: Product) -> ProductOut:
    return ProductOut(
        id=row.pk,
        title=row.title,
        brand=row.brand.name if row.brand else "",
        partner=row.source_partner.name if row.source_partner else "",
        variants=[_variant(one) for one in row.variants.all()],
    )


def _variant(one: Variant) -> VariantOut:
    return VariantOut(
        sku=one.sku,
        title=one.title,
        price=None if one.price is None else f"{one.price:f}",
        currency=one.currency,
        barcode=one.barcode,
        thc=one.thc,
        batch=one.batch,
        certificate_url=one.certificate_url,
    )
