"""What a partner's copy of an order says otherwise than we agreed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from integrations.types import LineToPlace, PlacedLine


def differs(ours: Mapping[int, LineToPlace], lines: tuple[PlacedLine, ...]) -> str:
    """What the partner's copy of the order says otherwise, as a sentence; empty if it agrees.

    A line is known by their id, or by its SKU where their orders name nothing else.
    """
    ids = {line.sku: line.external_id for line in ours.values()}
    sent = _by_variant((line.external_id, line.quantity) for line in ours.values())
    theirs = _by_variant(
        (line.external_id or ids.get(line.sku, line.sku), line.quantity) for line in lines
    )
    skus = {line.external_id: line.sku for line in ours.values()}
    skus |= {line.external_id or ids.get(line.sku, line.sku): line.sku for line in lines}
    parts = [
        f"{skus[key]}: {sent.get(key, 0)} sent, {theirs.get(key, 0)} there"
        for key in sorted(sent.keys() | theirs.keys())
        if sent.get(key, 0) != theirs.get(key, 0)
    ]
    return "; ".join(parts)


def _by_variant(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for key, quantity in pairs:
        found[key] += quantity
    return dict(found)
