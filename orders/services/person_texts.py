"""Finding words in every text the portal stores, whatever table a later version adds."""

import json
import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q
from django_q.models import Failure

from integrations.crypto import EncryptedJSONField

APPS = ("integrations", "inventory", "orders", "admin")
# Names that staff gave to systems and places, and what they send to partners: never a customer.
# A contact and a mail belong to their order: they go with it, and not before.
KEPT_MODELS = (
    "integrations.connection",
    "integrations.installlink",
    "inventory.location",
    "orders.ordercontact",
    "orders.notification",
)
KEPT_COLUMNS = ("slug", "account", "settings", "provider", "fingerprint", "external_id", "sku")
SHORTEST_COLUMN = 30
AT_ONCE = 20  # words per query: SQLite takes no deeper expression than a thousand


def replace_everywhere(terms: Iterable[str], by: str) -> int:
    """Put `by` in place of each term, in any case, in all free texts; returns how many rows."""
    words = sorted(filter(None, terms), key=len, reverse=True)
    if not words:
        return 0
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    changed = sum(_replace_in(model, words, pattern, by) for model in _models())
    return changed + _forget_failures(pattern, by) + _end_sessions(pattern)


def _models() -> list[type[models.Model]]:
    found = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in found if model._meta.label_lower not in KEPT_MODELS]


def text_columns(model: type[models.Model]) -> list[str]:
    """The columns somebody's words may be in: texts and JSON, but no ids and no choices."""
    return [field.name for field in model._meta.concrete_fields if _holds_words(field)]


def _holds_words(field: Any) -> bool:
    if isinstance(field, EncryptedJSONField) or field.unique or field.choices:
        return False
    if field.name in KEPT_COLUMNS:
        return False
    if isinstance(field, models.JSONField):
        return True
    if not isinstance(field, models.CharField | models.TextField):
        return False
    return field.max_length is None or field.max_length >= SHORTEST_COLUMN


def _replace_in(
    model: type[models.Model], words: list[str], pattern: re.Pattern[str], by: str
) -> int:
    columns = text_columns(model)
    if not columns:
        return 0
    found: set[Any] = set()
    for start in range(0, len(words), AT_ONCE):
        hit = _any_of(columns, words[start : start + AT_ONCE])
        found |= set(model._base_manager.filter(hit).values_list("pk", flat=True))
    return sum(_rewrite(model, pk, columns, pattern, by) for pk in sorted(found))


def _any_of(columns: list[str], words: list[str]) -> Q:
    """Any column holds any word, as it is or as JSON escapes it."""
    spelled = {one for word in words for one in (word, json.dumps(word)[1:-1])}
    hit = Q()
    for column in columns:
        for word in spelled:
            hit |= Q(**{f"{column}__icontains": word})
    return hit


def _rewrite(
    model: type[models.Model], pk: Any, columns: list[str], pattern: re.Pattern[str], by: str
) -> bool:
    with transaction.atomic():
        row = model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
        if row is None:
            return False
        old = {column: getattr(row, column) for column in columns}
        new = {column: without(value, pattern, by) for column, value in old.items()}
        changed = {column: value for column, value in new.items() if value != old[column]}
        if changed:
            model._base_manager.filter(pk=pk).update(**changed)
    return bool(changed)


def without(value: Any, pattern: re.Pattern[str], by: str) -> Any:
    """The same value with every match replaced, in keys too."""
    if isinstance(value, str):
        return pattern.sub(by, value)
    if isinstance(value, dict):
        return {without(k, pattern, by): without(v, pattern, by) for k, v in value.items()}
    if isinstance(value, list):
        return [without(one, pattern, by) for one in value]
    return value


def _forget_failures(pattern: re.Pattern[str], by: str) -> int:
    """A failed job keeps its traceback, packed so that no query finds words in it."""
    found = [job.pk for job in Failure.objects.all() if pattern.search(str(job.result))]
    changed: int = Failure.objects.filter(pk__in=found).update(result=by)
    return changed


def _end_sessions(pattern: re.Pattern[str]) -> int:
    """A session may hold a message that names somebody; whose it is logs in again."""
    found = [
        one.pk for one in Session.objects.all() if pattern.search(json.dumps(one.get_decoded()))
    ]
    deleted: int = Session.objects.filter(pk__in=found).delete()[0]
    return deleted
