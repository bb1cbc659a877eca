"""What rows share: when they were made, how their status moves, how a lease is held."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Q


class Stamped(models.Model):
    """`named_by` is the text field that `__str__` reads besides the key; None if it reads more."""

    named_by: ClassVar[str | None] = None

    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    class Meta:
        abstract = True


M = TypeVar("M", bound=models.Model)


def locked(rows: "models.QuerySet[M]") -> "models.QuerySet[M]":
    """These rows, held until the transaction ends; whoever only points at them does not wait.

    A plain FOR UPDATE would stop, and could deadlock with, everybody who stores a reference.
    """
    return rows.select_for_update(of=("self",), no_key=True)


class ImpossibleMove(Exception):
    """Code asked for a move the state machine does not have: a defect, not a race."""


class Movable(models.Model):
    """A row whose `status` moves only along MOVES, each move one conditional UPDATE."""

    MOVES: ClassVar[Mapping[str, Iterable[str]]] = {}

    class Meta:
        abstract = True

    def move(
        self, old: str | Iterable[str], new: str, *, where: Q | None = None, **fields: Any
    ) -> bool:
        """Move from `old` (one status or several) to `new`, setting `fields` in the same UPDATE.

        `where` narrows it further, to the holder of a lease for example.

        True if this call made the move; False if the row stood elsewhere (somebody was faster).
        Raises ImpossibleMove if MOVES does not allow it.
        """
        olds = [old] if isinstance(old, str) else list(old)
        for status in olds:
            if new not in self.MOVES.get(status, ()):
                raise ImpossibleMove(f"{type(self).__name__}: {status} to {new} is not a move")
        return self.update_where((where or Q()) & Q(status__in=olds), status=new, **fields)

    def update_where(self, condition: Q, **fields: Any) -> bool:
        """One UPDATE of this row under a condition; on success the instance carries the values."""
        manager = type(self)._base_manager
        if not manager.filter(condition, pk=self.pk).update(**fields):
            return False
        if any(hasattr(value, "resolve_expression") for value in fields.values()):
            self.refresh_from_db(fields=list(fields))
        else:
            for name, value in fields.items():
                setattr(self, name, value)
        return True


class Leased(models.Model):
    """A row one worker may hold for a while. Every write of the holder filters on its token."""

    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def free(now: datetime) -> Q:
        """Rows nobody holds at this moment."""
        return Q(lease_until__isnull=True) | Q(lease_until__lt=now)

    def mine(self) -> Q:
        """The condition that this instance still holds the row."""
        return Q(lease_token=self.lease_token)

    def take_lease(self, now: datetime, seconds: int) -> bool:
        """True if nobody held the row and now this instance does."""
        token, until = uuid.uuid4(), now + timedelta(seconds=seconds)
        return self._write_lease(self.free(now), token, until)

    def extend_lease(self, now: datetime, seconds: int) -> bool:
        """False if the lease was lost meanwhile: stop, and write nothing."""
        until = now + timedelta(seconds=seconds)
        return self._write_lease(Q(lease_token=self.lease_token), self.lease_token, until)

    def drop_lease(self) -> bool:
        """Give the row back; False if somebody else holds it by now."""
        return self._write_lease(Q(lease_token=self.lease_token), None, None)

    def _write_lease(self, condition: Q, token: uuid.UUID | None, until: datetime | None) -> bool:
        manager = type(self)._base_manager
        changed = manager.filter(condition, pk=self.pk).update(lease_token=token, lease_until=until)
        if changed:
            self.lease_token, self.lease_until = token, until
        return bool(changed)


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """CHECK that a column holds one of the words its TextChoices has."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
