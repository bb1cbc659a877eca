"""The four registries: providers, flows, webhook topics, what to do when a store is connected."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from integrations.models import Connection, InboundEvent, SyncRun
    from integrations.providers.base import Provider
    from integrations.services.runs import Run
    from integrations.types import AccountInfo, Event

P = TypeVar("P", bound="type[Provider]")
FlowHandler = Callable[["Run"], None]
TopicHandler = Callable[["Event", "InboundEvent"], object]
ConnectedHandler = Callable[["Connection", "AccountInfo"], object]
AnyHandler = TypeVar("AnyHandler", bound=Callable[..., object])


@dataclass(frozen=True)
class Released:
    """What became of the differences of a held run: those applied, and those that had moved."""

    applied: int
    moved: int = 0


# Takes the held SyncRun and the person who releases it; runs inside a transaction: no network.
ReleaseHandler = Callable[["SyncRun", "AbstractBaseUser"], Released]


@dataclass(frozen=True)
class Flow:
    """One direction of data: its name, the capability it needs, and what a run of it does.

    `changes`, where given, lists for the run page what a run changed when that is kept in another
    table than SyncChange: it takes the SyncRun's pk and returns rows shaped like SyncChange.
    `release`, where given, applies what a held run noted; without it a held run can be discarded
    only.
    """

    name: str
    capability: type
    handler: FlowHandler
    label: str
    changes: Callable[[int], Any] | None = None
    release: ReleaseHandler | None = None


_providers: dict[str, "type[Provider]"] = {}
_flows: dict[str, Flow] = {}
_topics: dict[str, list[TopicHandler]] = {}
_topics_of_the_gone: set[str] = set()
_connected: list[tuple[str | type, ConnectedHandler]] = []


def register(provider: P) -> P:
    """Class decorator: make a provider known under its slug."""
    known = _providers.get(provider.slug)
    if known and known.__qualname__ != provider.__qualname__:
        raise ValueError(f"Two providers call themselves {provider.slug!r}.")
    _providers[provider.slug] = provider
    return provider


def discover() -> None:
    """Import every module of `integrations.providers`; each registers what it brings."""
    package = importlib.import_module("integrations.providers")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def providers() -> dict[str, "type[Provider]"]:
    """All providers by slug."""
    return dict(_providers)


def provider_class(slug: str) -> "type[Provider]":
    """The provider with this slug. Raises LookupError with a sentence if there is none."""
    try:
        return _providers[slug]
    except KeyError:
        known = ", ".join(sorted(_providers))
        raise LookupError(f"There is no provider {slug!r}. Known: {known}.") from None


def vendor_of(provider: "type[Provider]") -> str:
    """The first word of a slug: `shopify` and `shopify-partner` share one app at their vendor."""
    return provider.slug.partition("-")[0]


def flow(
    name: str,
    capability: type,
    label: str,
    changes: Callable[[int], Any] | None = None,
    release: ReleaseHandler | None = None,
) -> Callable[[FlowHandler], FlowHandler]:
    """Function decorator in `<app>/flows.py`: what a run of this flow does."""

    def wrap(handler: FlowHandler) -> FlowHandler:
        _flows[name] = Flow(name, capability, handler, label, changes, release)
        return handler

    return wrap


def flows() -> dict[str, Flow]:
    """All flows by name."""
    return dict(_flows)


def flows_of(provider: "type[Provider]") -> list[Flow]:
    """The flows a provider can do, by what it inherits."""
    return [f for f in _flows.values() if issubclass(provider, f.capability)]


def on(topic: str, *, of_the_gone: bool = False) -> Callable[[AnyHandler], AnyHandler]:
    """Function decorator in `<app>/webhooks.py`: called with (event, row) for each such event.

    With `of_the_gone` also for an account that is archived, or that was never connected.

    The handler returns the object the event was about, or None; it may raise
    `integrations.services.webhooks.Waiting` while what the event speaks of is not here yet, and
    `Ignored` where it means nothing to us; each with a sentence for staff.
    """

    def wrap(handler: AnyHandler) -> AnyHandler:
        _topics.setdefault(topic, []).append(handler)
        if of_the_gone:
            _topics_of_the_gone.add(topic)
        return handler

    return wrap


def handlers_of(topic: str) -> list[TopicHandler]:
    """Who listens to this topic."""
    return list(_topics.get(topic, ()))


def heeds_the_gone(topic: str) -> bool:
    """Whether this topic counts although its account is archived or was never connected."""
    return topic in _topics_of_the_gone


def on_connected(*whose: str | type) -> Callable[[AnyHandler], AnyHandler]:
    """Function decorator: called with (connection, account info) whenever a check passed.

    `whose` are slugs of providers, or capabilities: then of every provider that has it.
    """

    def wrap(handler: AnyHandler) -> AnyHandler:
        _connected.extend((one, handler) for one in whose)
        return handler

    return wrap


def connected_handlers(slug: str) -> list[ConnectedHandler]:
    """Who wants to know that a connection of this provider became active."""
    cls = provider_class(slug)
    return [
        handler
        for whose, handler in _connected
        if (whose == slug if isinstance(whose, str) else issubclass(cls, whose))
    ]
