"""What a webhook that could not be used was about: whether the thing is here all the same."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from integrations import registry
from integrations.admin.connection_facts import provider_of
from integrations.models import Connection, InboundEvent, SyncRun

Status = InboundEvent.Status
UNUSED = (Status.FAILED, Status.UNREADABLE)
MOST_READ, MOST_NUMBERS = 200_000, 200
# Which run asks for what a topic tells, by the beginning of the topic; the first there is.
ASKED_BY = (
    ("order", ("channel_orders", "order_status", "shipments")),
    ("fulfillment", ("shipments", "channel_orders")),
    ("shipment", ("shipments", "channel_orders")),
    ("product", ("products",)),
    ("inventory", ("stock",)),
)

FindSubject = Callable[[InboundEvent, Sequence[str]], Model | None]
_finders: list[tuple[str, FindSubject]] = []


@dataclass(frozen=True)
class Lost:
    """A webhook nobody could use. `subject` is what it was about, if that is here.

    `flow` is the run that asks for it, empty where there is none; `asked` such a run that was good
    and began after the webhook came; `sentence` says what this comes to.
    """

    subject: Model | None
    flow: str
    asked: SyncRun | None
    sentence: str
    is_here: bool


def find_subjects(topic: str) -> Callable[[FindSubject], FindSubject]:
    """Let an app find the row behind the numbers of a body, for topics that begin so."""

    def wrap(find: FindSubject) -> FindSubject:
        _finders.append((topic, find))
        return find

    return wrap


def row_numbered(
    rows: "QuerySet[Model]", numbers: Sequence[str], field: str = "external_id"
) -> Model | None:
    """The first of these numbers that one of the rows has, at the end of their id."""
    sample = rows.exclude(**{field: ""}).values_list(field, flat=True).first()
    if sample is None:
        return None
    head, slash, _ = str(sample).rpartition("/")
    ids = [f"{head}{slash}{number}" for number in numbers]
    found = {getattr(row, field): row for row in rows.filter(**{f"{field}__in": ids})}
    return next((found[one] for one in ids if one in found), None)


def numbers_in(event: InboundEvent) -> list[str]:
    """The long numbers of its body, in their order; also of one that broke off."""
    text = bytes(event.body)[:MOST_READ].decode("utf-8", "replace")
    return list(dict.fromkeys(re.findall(r"\d{5,}", text)))[:MOST_NUMBERS]


def find_lost(event: InboundEvent) -> Lost | None:
    """What became of the thing; None unless the webhook failed or is unreadable."""
    if event.status not in UNUSED or event.connection is None:
        return None
    flow = asking_flow(event)
    subject = event.subject or _subject_of(event)
    asked = _asked_since(event, flow) if flow else None
    is_new = event.topic.endswith(("/create", ".created"))
    is_here = subject is not None and (is_new or asked is not None)
    return Lost(subject, flow, asked, _say(event, subject, asked, is_here=is_here), is_here)


def asking_flow(event: InboundEvent) -> str:
    """The flow whose run asks the system for it; empty where it has none."""
    cls = provider_of(event.connection) if event.connection else None
    if cls is None:
        return ""
    there = {flow.name for flow in registry.flows_of(cls)}
    names = next((flows for word, flows in ASKED_BY if event.topic.startswith(word)), ())
    return next((name for name in names if name in there), "")


def can_ask(event: InboundEvent) -> bool:
    """It could not be used, and its system may be asked."""
    if event.status not in UNUSED or event.connection is None:
        return False
    return event.connection.status == Connection.Status.ACTIVE and bool(asking_flow(event))


def _subject_of(event: InboundEvent) -> Model | None:
    numbers = numbers_in(event)
    finders = [find for topic, find in _finders if event.topic.startswith(topic)]
    found = (find(event, numbers) for find in finders) if numbers else iter(())
    return next((row for row in found if row is not None), None)


def _asked_since(event: InboundEvent, flow: str) -> SyncRun | None:
    runs = SyncRun.objects.filter(connection=event.connection, flow=flow, status="completed")
    return runs.filter(started_at__gte=event.received_at).order_by("id").first()


def _say(
    event: InboundEvent, subject: Model | None, asked: SyncRun | None, *, is_here: bool
) -> str:
    what = subject._meta.verbose_name if subject is not None else ""
    if is_here:
        return f"Its {what} {subject} was found by {_how(event, subject)}: nothing is missing."
    if subject is not None:
        return f"It is about {what} {subject}, which is here; what changed there may not be yet."
    if asked is not None:
        return "The store was asked since, and told of nothing that is named in this webhook."
    return "What it was about is not here yet."


def _how(event: InboundEvent, subject: Model | None) -> str:
    """Another webhook of the same thing, or asking the store."""
    kind = ContentType.objects.get_for_model(type(subject)) if subject is not None else None
    told = InboundEvent.objects.filter(content_type=kind, object_id=getattr(subject, "pk", None))
    others = told.filter(status=Status.DONE, topic=event.topic).exclude(pk=event.pk)
    return "another webhook" if others.exists() else "asking the store"
