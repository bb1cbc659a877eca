"""A warehouse's catalog: its SKUs are ours, and what it says of a batch is so.

It keeps our goods under our own SKUs, so its listings link themselves; its prices stay with the
listing. What law or trade want told (THC, batch, certificate) it knows best.
"""

from collections import defaultdict
from collections.abc import Iterable

from catalog.models import Brand, Listing, Product, Variant, normalize_sku
from catalog.services.listing_facts import MOST_FACT
from catalog.services.match_skus import match_skus
from catalog.services.partners import is_warehouse
from integrations.services.run_requests import request_run
from integrations.services.runs import Run

# Columns of a variant that the warehouse writes, in this order, with the words for staff.
SEPARATOR = ", "
FACTS = {"thc": "THC", "batch": "Batch", "certificate_url": "Certificate"}


def follow_warehouse(run: Run) -> None:
    """After its products were read: link, name the brands, take over the facts."""
    if not is_warehouse(run.connection) or run.params.get("dry_run"):
        return
    _link_by_sku(run)
    rows = Listing.objects.filter(connection=run.connection, missing_since=None)
    linked = list(rows.exclude(variant=None).select_related("variant__product__brand"))
    _name_brands(run, linked)
    _take_facts(run, linked)


def _link_by_sku(run: Run) -> None:
    """Exactly our SKU, else the one with the same letters; two that fit are none."""
    loose = Listing.objects.filter(connection=run.connection, variant=None, missing_since=None)
    rows = list(loose.exclude(sku="").order_by("pk"))
    found = match_skus(run.connection.pk, [row.sku for row in rows]).variants
    mine = Listing.objects.filter(connection=run.connection).exclude(variant=None)
    taken, linked = set(mine.values_list("variant", flat=True)), 0
    for row in rows:
        variant = found.get(row.sku)
        if variant is None or variant in taken:
            continue
        taken.add(variant)
        linked += 1
        Listing.objects.filter(pk=row.pk, variant=None).update(variant=variant)
        run.note(row.sku, "applied", "Linked: it is our SKU.", ("variant", None, row.sku))
    if linked:  # what is linked now has no number yet
        request_run(run.connection, "stock", trigger=run.record.trigger, again=True)


def brand_of(name: str) -> Brand | None:
    """The brand of this name, whatever its capitals; made where there is none."""
    name = " ".join(name.split())[:120]
    if not name:
        return None
    key = normalize_sku(name)[:120]
    return Brand.objects.get_or_create(name_key=key, defaults={"name": name})[0]


def _name_brands(run: Run, rows: Iterable[Listing]) -> None:
    """Where we named none: staff may have chosen another."""
    for row in rows:
        assert row.variant is not None
        product, name = row.variant.product, row.attributes.get("vendor", "")
        if product.brand is None and (brand := brand_of(name)):
            named = Product.objects.filter(pk=product.pk, brand=None).update(brand=brand)
            product.brand = brand
            if named:
                run.note(row.sku, "applied", "Its brand.", ("brand", None, brand.name))


def _take_facts(run: Run, rows: Iterable[Listing]) -> None:
    rows = list(rows)
    told, changed = _told_everywhere(rows), []
    for row in rows:
        assert row.variant is not None
        variant = row.variant
        before, after = {name: getattr(variant, name) for name in FACTS}, together(told[variant.pk])
        if before == after:
            continue
        for name, value in after.items():
            setattr(variant, name, value)
        changed.append(variant)
        for name, label in FACTS.items():
            if before[name] != after[name]:
                moved = (label, before[name] or None, after[name] or None)
                run.note(variant.sku, "applied", "", moved)
    Variant.objects.bulk_update(changed, list(FACTS), batch_size=500)


def _told_everywhere(rows: Iterable[Listing]) -> dict[int, list[dict[str, str]]]:
    """What each warehouse that has the variants says of them, the oldest connection first."""
    theirs = Listing.objects.filter(
        variant__in=[row.variant_id for row in rows], missing_since=None
    )
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for listing in theirs.order_by("connection", "pk"):
        found[listing.variant_id or 0].append(facts_of(listing))
    return found


def together(told: Iterable[dict[str, str]]) -> dict[str, str]:
    """A variant that lies in two warehouses may be of two batches: both are named.

    What is too long for its column ends at the last that fits. Of certificates the first is kept:
    one column holds one link.
    """
    found = dict.fromkeys(FACTS, "")
    for facts in told:
        for name, said in facts.items():
            known = found[name].split(SEPARATOR) if found[name] else []
            both = SEPARATOR.join([*known, said])
            fits = not known or (name != "certificate_url" and len(both) <= MOST_FACT[name])
            if said and said not in known and fits:
                found[name] = both
    return found


def facts_of(listing: Listing) -> dict[str, str]:
    """What the warehouse says of it, as the columns of a variant; empty where it says nothing."""
    said = listing.attributes.get("facts", {})
    return {name: said.get(name, "") for name in FACTS}
