"""Files for tests: brought in, confirmed, done; and what became of their rows."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone
from django_q.models import OrmQ

from catalog.models import Variant
from integrations.importing.kinds import find_kind
from integrations.models import ImportJob
from integrations.services.imports import start_import, take_file
from integrations.services.write_import import write_import

HEAD = "sku,price\n"


def prices() -> list[Decimal]:
    """Of all variants, by SKU."""
    return list(Variant.objects.order_by("sku").values_list("price", flat=True))


class Died(BaseException):
    """Stands for a kill -9: nothing after it runs, not even an except."""


def boss() -> User:
    """Who may do everything."""
    return User.objects.filter(username="boss").first() or User.objects.create_superuser("boss")


def bring(kind: str, text: str | bytes, user: User | None = None, name="list.csv") -> ImportJob:
    """A file, read."""
    data = text if isinstance(text, bytes) else text.encode()
    return take_file(find_kind(kind), data, name, user or boss())


def confirm(job: ImportJob, *, all_or_nothing: bool = False) -> ImportJob:
    """A yes, and all that follows."""
    assert start_import(job, all_or_nothing=all_or_nothing)
    write_import(job.pk)
    job.refresh_from_db()
    return job


def plans(job: ImportJob) -> list[tuple]:
    """(row, what, changes) in the order of the file; for a mistake its sentences."""
    rows = job.rows.order_by("number")
    return [(row.number, row.action, row.errors or row.changes) for row in rows]


def outcomes(job: ImportJob) -> list[tuple[int, str, str]]:
    """(row, outcome, why) in the order of the file."""
    return list(job.rows.order_by("number").values_list("number", "outcome", "note"))


def lose_worker(job: ImportJob, **fields) -> None:
    """Its worker is gone with the job it had in hand, and its lease ran out."""
    OrmQ.objects.all().delete()
    past = timezone.now() - timedelta(minutes=5)
    lease = {"lease_until": past, "lease_token": "0" * 32}
    ImportJob.objects.filter(pk=job.pk).update(created_at=past, **lease, **fields)
