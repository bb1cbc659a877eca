"""What alerts and webhooks are about, for a whole page of them by one query."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, F, IntegerField, Model, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest

from config.adminkit.changelist import KitChangeList

Key = tuple[int, int]


class SubjectList(KitChangeList):
    """Its rows know what they are about."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's page, then the subjects of all its rows together."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        read_subjects(self.result_list)


def read_subjects(rows: Sequence[Any]) -> None:
    """Give each row its `about`: the row it is about, read no further than its name.

    `prefetch_related` would take a query per kind, with whole rows, credentials included.
    """
    keys: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.content_type_id and row.object_id:
            keys[row.content_type_id].add(row.object_id)
    found = dict(_read(keys))
    for row in rows:
        row.about = found.get((row.content_type_id, row.object_id))


def _read(keys: dict[int, set[int]]) -> Iterator[tuple[Key, Model]]:
    models: dict[int, Any] = {
        kind: ContentType.objects.get_for_id(kind).model_class() for kind in keys
    }
    named = []
    for kind, model in models.items():
        if getattr(model, "named_by", None) is not None:
            named.append(_names(kind, model, keys[kind]))
        elif model is not None:
            whole = model._base_manager.in_bulk(keys[kind])
            yield from (((kind, pk), row) for pk, row in whole.items())
    if not named:
        return
    for kind, pk, name in named[0].union(*named[1:], all=True) if named[1:] else named[0]:
        field = models[kind].named_by
        yield (kind, pk), models[kind](pk=pk, **({field: name} if field else {}))


def _names(kind: int, model: Any, keys: Collection[int]) -> QuerySet[Any]:
    """(kind, key, name) of these rows."""
    name = F(model.named_by) if model.named_by else Value("")
    rows = model._base_manager.order_by().filter(pk__in=keys)
    number = Value(kind, output_field=IntegerField())
    found: QuerySet[Any] = rows.values_list(number, "pk", Cast(name, CharField()))
    return found
