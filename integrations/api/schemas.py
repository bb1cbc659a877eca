"""What the endpoints of runs take and give. All times given are UTC, ISO 8601 with a Z."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal, Self, get_args

from django.urls import reverse
from ninja import Schema
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from integrations.models import SyncRun
from integrations.types.purchase_orders import PurchaseOrderState

MOST_SKUS = 1000
STATES = get_args(PurchaseOrderState)
SPELLED = {"cancelled": "canceled"}
Sku = Annotated[str, Field(min_length=1, max_length=100)]


def _begins(value: Any) -> Any:
    """A bare date stands for its first moment, a time without a zone for one in UTC."""
    return _moment(value, time.min)


def _ends(value: Any) -> Any:
    """A bare date stands for its last moment."""
    return _moment(value, time.max)


def _moment(value: Any, clock: time) -> Any:
    if not isinstance(value, str):
        raise ValueError("Write it like 2026-11-20 or 2026-11-20T09:00:00Z.")  # noqa: TRY004
    try:
        if len(value) == len("2026-11-20"):
            return datetime.combine(date.fromisoformat(value), clock, UTC)
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Write it like 2026-11-20 or 2026-11-20T09:00:00Z.") from None


def _state(value: Any) -> Any:
    word = value.strip().lower() if isinstance(value, str) else ""
    word = SPELLED.get(word, word)
    if word not in STATES:
        raise ValueError(f"Known are {', '.join(STATES)}.")
    return word


Beginning = Annotated[datetime, BeforeValidator(_begins)]
End = Annotated[datetime, BeforeValidator(_ends)]
State = Annotated[PurchaseOrderState, BeforeValidator(_state)]


class RequestBody(BaseModel):
    """What is sent: a field nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    connection: str = Field(
        default="",
        max_length=60,
        examples=["erp"],
        description="Short name of the connection. Left out: the only system that can do it; of "
        "several, the ERP.",
    )

    def params(self) -> dict[str, Any]:
        """What a run is narrowed to, as it keeps it."""
        return {}


def _camel(name: str, camel: str) -> AliasChoices:
    return AliasChoices(name, camel)


class PurchaseOrdersIn(RequestBody):
    """Which purchase orders; nothing given: those that changed since the last good run."""

    date_from: Beginning | None = Field(
        default=None,
        validation_alias=_camel("date_from", "dateFrom"),
        examples=["2026-11-01"],
        description="Created at or after this. A date, or a time; without a zone: UTC.",
    )
    date_to: End | None = Field(
        default=None,
        validation_alias=_camel("date_to", "dateTo"),
        description="Created until this, included; a date means the whole day in UTC.",
    )
    updated_from: Beginning | None = Field(
        default=None,
        validation_alias=_camel("updated_from", "updatedFrom"),
        description="Changed at or after this.",
    )
    updated_to: End | None = Field(
        default=None,
        validation_alias=_camel("updated_to", "updatedTo"),
        description="Changed until this, included.",
    )
    statuses: list[State] | None = Field(
        default=None,
        min_length=1,
        max_length=len(STATES),
        examples=[["ordered", "pending"]],
        description="Only those in one of these states. Left out: every state.",
    )

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Nothing lies between an end and a later beginning."""
        for first, last in (("date_from", "date_to"), ("updated_from", "updated_to")):
            start, end = getattr(self, first), getattr(self, last)
            if start and end and end < start:
                raise ValueError(f"{last} lies before {first}.")
        return self

    def params(self) -> dict[str, Any]:
        """As the run keeps it: what was given, times as ISO strings."""
        given = {
            "created_from": self.date_from,
            "created_to": self.date_to,
            "updated_from": self.updated_from,
            "updated_to": self.updated_to,
        }
        found: dict[str, Any] = {name: at.isoformat() for name, at in given.items() if at}
        if self.statuses:
            found["statuses"] = list(dict.fromkeys(self.statuses))
        return found


class InventoryIn(RequestBody):
    """Whose stock; nothing given: of every SKU."""

    skus: list[Sku] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_SKUS,
        validation_alias=AliasChoices("skus", "skuIds", "sku_ids"),
        examples=[["MUG-11", "MUG-12"]],
        description=f"Only these SKUs, ours or theirs, at most {MOST_SKUS}. Left out: all.",
    )

    def params(self) -> dict[str, Any]:
        """As the run keeps it."""
        return {"skus": list(dict.fromkeys(self.skus))} if self.skus else {}


RunStatus = Literal[
    "queued", "running", "completed", "partial", "held", "failed", "skipped", "interrupted",
    "canceled",
]  # fmt: skip


class RunOut(Schema):
    """One run: who asked for it, what came of it."""

    run_id: int = Field(description="Its number; staff see it as Run #12")
    connection: str = Field(description="Short name of the connection")
    connection_name: str = Field(description="What staff call it")
    flow: str = Field(description="What ran: purchase_orders, stock, products ...")
    status: RunStatus = Field(
        description="queued and running go on; completed; partial: some rows failed; held: it "
        "looks wrong and waits for a person; failed; skipped: it could not begin; interrupted: its "
        "worker ended; canceled",
    )
    trigger: str = Field(description="schedule, staff, api, command or webhook")
    triggered_by: str = Field(description="User name of who asked; empty: nobody did")
    params: dict[str, Any] = Field(description="What it was narrowed to; empty: everything")
    total: int | None = Field(description="Rows of the whole answer, once the system said it")
    processed: int = Field(description="Rows read")
    created: int = Field(description="Rows that are new here")
    updated: int = Field(description="Rows that changed here")
    unchanged: int = Field(description="Rows that were the same already: nothing was written")
    skipped: int = Field(description="Rows left out, SKUs without a variant for example")
    failed: int = Field(description="Rows that could not be used")
    reason: str = Field(description="Why it was skipped, held or failed, as a short code")
    error: str = Field(description="The same as a sentence")
    asked_at: datetime = Field(description="When it was asked for, UTC")
    started_at: datetime | None = Field(description="When it began, UTC")
    finished_at: datetime | None = Field(description="When it ended, UTC")
    url: str = Field(description="Where its state can be read again")


class SyncAnswer(RunOut):
    """What came of asking for a run."""

    already_running: bool = Field(
        description="It had been asked for before and is under way: this is that run, and what you "
        "asked for was not added to it",
    )
    missing: list[str] = Field(
        description="Environment variables without which the system cannot be called; then the "
        "status is skipped and all counts are 0",
    )


class FlowOut(Schema):
    """One flow of a connection."""

    flow: str = Field(description="purchase_orders, stock, products ...")
    last_success: RunOut | None = Field(
        description="The newest run that is completed or partial; null: none ever was",
    )


class ConnectionOut(Schema):
    """One connection with its flows."""

    connection: str = Field(description="Its short name")
    connection_name: str = Field(description="What staff call it")
    status: str = Field(description="draft, active, paused or needs_attention")
    flows: list[FlowOut] = Field(description="By name")


class StatusOut(Schema):
    """What ran last, and when each flow last worked."""

    runs: list[RunOut] = Field(description="The last ten runs of all connections, newest first")
    connections: list[ConnectionOut] = Field(description="By short name")


class LastOut(Schema):
    """The newest runs of one flow."""

    flow: str = Field(description="Which flow")
    last: RunOut | None = Field(description="The newest run; null: it never ran")
    last_success: RunOut | None = Field(description="The newest that is completed or partial")


def run_fields(run: SyncRun) -> dict[str, Any]:
    """What RunOut says of a run."""
    counts = ("total", "processed", "created", "updated", "unchanged", "skipped", "failed")
    return {
        **{name: getattr(run, name) for name in counts},
        "run_id": run.pk,
        "connection": run.connection.slug,
        "connection_name": run.connection.name,
        "flow": run.flow,
        "status": run.status,
        "trigger": run.trigger,
        "triggered_by": run.user.get_username() if run.user else "",
        "params": run.params,
        "reason": run.reason,
        "error": run.error,
        "asked_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "url": run_address(run),
    }


def run_address(run: SyncRun) -> str:
    """Where its state can be read again."""
    return reverse("api:read_run", kwargs={"run_id": run.pk})


def told(run: SyncRun | None) -> RunOut | None:
    """A run as it is told; None stays None."""
    return RunOut(**run_fields(run)) if run else None
