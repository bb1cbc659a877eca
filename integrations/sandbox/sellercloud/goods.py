"""All SKUs of a server: those that are stored, and up to a million made up as they are asked."""

from datetime import datetime
from decimal import Decimal

from .dates import rounded_down
from .models import Erp, Good, Wave

PREFIX = "BULK-"
SPREAD = 7919  # a prime: neighbors in the list do not change together


def sku_of(number: int) -> str:
    """The SKU of a generated thing, counted from 1."""
    return f"{PREFIX}{number:06d}"


def find_good(erp: Erp, sku: str) -> Good | None:
    """By exact SKU."""
    stored = erp.goods.get(sku)
    if stored is not None:
        return stored
    number = sku.removeprefix(PREFIX)
    if not sku.startswith(PREFIX) or not number.isdecimal() or sku_of(int(number)) != sku:
        return None
    return _generated(erp, int(number)) if 1 <= int(number) <= erp.generated else None


def how_many(erp: Erp) -> int:
    return len(erp.goods) + erp.generated


def goods_between(erp: Erp, start: int, stop: int) -> list[Good]:
    """Stored ones first, each in the order it was made; nothing is kept of what is generated."""
    stored = list(erp.goods.values())
    first = max(1, start - len(stored) + 1)
    last = min(erp.generated, stop - len(stored))
    return stored[start:stop] + [_generated(erp, number) for number in range(first, last + 1)]


def all_skus(erp: Erp) -> list[str]:
    """Every SKU, in the order of the list."""
    return [*erp.goods, *(sku_of(number) for number in range(1, erp.generated + 1))]


def changed_skus(erp: Erp, start: datetime, end: datetime) -> list[str]:
    """Those whose last change lies in this range, both ends meant to the minute."""

    def is_in(at: datetime | None) -> bool:
        return at is not None and start <= rounded_down(at) <= end

    stored = [sku for sku, good in erp.goods.items() if is_in(good.changed_at)]
    at_first = is_in(erp.generated_at)
    waves = [(wave, is_in(wave.at)) for wave in reversed(erp.waves)]
    made = (
        number
        for number in range(1, erp.generated + 1)
        if next((hit for wave, hit in waves if _is_in(erp, wave, number)), at_first)
    )
    return [*stored, *map(sku_of, made)]


def begin_wave(erp: Erp, share: float, at: datetime) -> int:
    """One unit more of that share of the generated SKUs; how many that are."""
    wave = Wave(number=len(erp.waves) + 1, share=share, at=at)
    erp.waves.append(wave)
    return round(share * erp.generated)


def _generated(erp: Erp, number: int) -> Good:
    hit = [wave for wave in erp.waves if _is_in(erp, wave, number)]
    made_at = erp.generated_at
    assert made_at is not None
    return Good(
        sku=sku_of(number),
        title=f"Bulk item {number:,}",
        physical=10 + number * 37 % 190 + len(hit),
        reserved=number % 4,
        cost=Decimal(number % 90 + 1),
        changed_at=hit[-1].at if hit else made_at,
    )


def _is_in(erp: Erp, wave: Wave, number: int) -> bool:
    """Exactly the share, because a prime step visits every place of the circle once."""
    place = (number * SPREAD + wave.number * 31) % erp.generated
    return place < round(wave.share * erp.generated)
