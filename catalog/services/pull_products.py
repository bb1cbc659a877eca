"""Pull a partner's products into Listings: only what changed is written, nothing is deleted."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from catalog.models import Listing
from catalog.services.follow_warehouse import follow_warehouse
from catalog.services.listing_facts import Refused, facts_of, make_listing
from catalog.services.pacing import with_beats
from integrations.models import Connection
from integrations.prefetch import ahead
from integrations.services.runs import Held, Run
from integrations.types import RemoteProduct

PAGE = 250
WRITTEN = (
    "external_product_id", "external_item_id", "sku", "sku_key", "title", "variant_title",
    "attributes", "price", "cost", "currency", "image_url", "remote_status", "available",
    "seen_at", "missing_since", "digest",
)  # fmt: skip
# What staff want to read about: field of the run page, and what it means for an imported listing.
NOTED = {
    "price": "Their price changed; ours stays until you import it again.",
    "title": "The title changed at the partner.",
    "sku": "The SKU changed at the partner; our SKU stays.",
    "remote_status": "The status changed at the partner.",
}
# More than this share gone at once looks like a wrong answer, not like a change of range.
MOST_MISSING = 0.5
FEWEST_MISSING = 10


@dataclass
class Pull:
    """One pull: what we had before, and what was seen so far."""

    run: Run
    known: dict[str, Listing]
    seen: set[str] = field(default_factory=set)

    @property
    def is_dry(self) -> bool:
        return bool(self.run.params.get("dry_run"))


def pull_products(run: Run) -> None:
    """Read all products of the connection and bring its listings up to date.

    Listings that a complete answer no longer holds get `missing_since`. Raises Held where the
    answer is empty or most listings are gone, and ProviderError where it cannot be read.
    """
    pull = Pull(run, {row.external_id: row for row in known_listings(run.connection)})
    with closing(ahead(run.provider.pull_products())) as products:
        for page in pages_of(_new_facts(pull, with_beats(products, run))):
            _write_page(pull, page)
    _finish(pull)
    follow_warehouse(run)


def known_listings(connection: Connection) -> Iterable[Listing]:
    """What a pull compares with; the long texts stay in the database."""
    return Listing.objects.filter(connection=connection).defer("attributes", "image_url")


def pages_of(listings: Iterator[Listing], size: int = PAGE) -> Iterator[list[Listing]]:
    while page := list(islice(listings, size)):
        yield page


def _new_facts(pull: Pull, products: Iterable[RemoteProduct]) -> Iterator[Listing]:
    """The listings that are new or differ from ours; the others are only counted."""
    run = pull.run
    for product in products:
        for variant in product.variants:
            run.count(processed=1)
            key = variant.sku or variant.external_id
            if variant.external_id in pull.seen:
                run.count(skipped=1)
                run.note(key, "skipped", "Twice in the answer; the first one counts.")
                continue
            pull.seen.add(variant.external_id)
            try:
                facts = facts_of(product, variant)
            except Refused as exc:
                run.count(failed=1)
                run.note(key, "rejected", str(exc))
                continue
            before = pull.known.get(variant.external_id)
            if before and before.variant_id and (reason := _unsellable(before, facts)):
                run.count(failed=1)
                run.note(key, "rejected", reason)
                continue
            if before and before.digest == facts["digest"] and not before.missing_since:
                run.count(unchanged=1)
                continue
            yield make_listing(run.connection, variant.external_id, facts, run.started_at)


def _unsellable(before: Listing, facts: dict[str, Any]) -> str:
    """Why what we sell already cannot have this price; its last one stays. Null is no price."""
    if facts["price"] is None and before.price is not None:
        return "They gave no price; the last one stays."
    if facts["price"] is not None and facts["price"] <= 0:
        return f"A price of {facts['price']:.2f} cannot be right; the last one stays."
    if before.currency and facts["currency"] != before.currency:
        return (
            f"Its price is in {facts['currency']} now, it was in {before.currency}; the last one "
            "stays."
        )
    return ""


def _write_page(pull: Pull, page: list[Listing]) -> None:
    for listing in page:
        before = pull.known.get(listing.external_id)
        pull.run.count(**{"updated" if before else "created": 1})
        if before:
            _note_differences(pull, before, listing)
    if not pull.is_dry:
        Listing.objects.bulk_create(
            page,
            update_conflicts=True,
            unique_fields=["connection", "external_id"],
            update_fields=WRITTEN,
        )


def _note_differences(pull: Pull, before: Listing, after: Listing) -> None:
    outcome = "skipped" if pull.is_dry else "applied"
    key = after.sku or before.sku or after.external_id
    if before.missing_since:
        pull.run.note(key, outcome, "It is back at the partner.")
    for name, meaning in NOTED.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            message = meaning if before.variant_id or name != "price" else "Their price changed."
            pull.run.note(key, outcome, message, (name, old, new))


def _finish(pull: Pull) -> None:
    """The answer was complete: say what is gone, and when the rest was last seen."""
    live = [row for row in pull.known.values() if not row.missing_since]
    gone = [row for row in live if row.external_id not in pull.seen]
    _stop_if_implausible(pull, len(live), len(gone))
    for row in gone:
        pull.run.count(skipped=1)
        message = "No longer at the partner; it stays here, marked missing."
        pull.run.note(row.sku or row.external_id, "skipped", message)
    if pull.is_dry:
        return
    for start in range(0, len(gone), 1000):
        ids = [row.pk for row in gone[start : start + 1000]]
        Listing.objects.filter(pk__in=ids).update(missing_since=pull.run.started_at)
    ours = Listing.objects.filter(connection=pull.run.connection, missing_since=None)
    ours.update(seen_at=pull.run.started_at)


def _stop_if_implausible(pull: Pull, live: int, gone: int) -> None:
    if live and not pull.seen:
        pull.run.flush()
        raise Held("empty", "The partner's store answered with no products; nothing was changed.")
    if gone >= FEWEST_MISSING and gone > live * MOST_MISSING:
        pull.run.flush()
        sentence = (
            f"{gone} of {live} listings are not in the answer. What is there was updated; nothing "
            "was marked missing. Look at the partner's store, then run it again."
        )
        raise Held("incomplete", sentence)
