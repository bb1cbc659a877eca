"""What every registered provider must keep to; a new one is checked by existing."""

import ast
import builtins
import inspect
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pydantic import BaseModel, SecretStr

import integrations.providers
from integrations import registry
from integrations.errors import BadResponse, ProviderError
from integrations.http import Client
from integrations.models import FlowSchedule
from integrations.providers import base
from integrations.providers.base import Access, Authorizes, Provider, SendsWebhooks
from integrations.services.schedules import default_schedule, next_due
from integrations.services.tokens import NoTokens

PROVIDERS = sorted(registry.providers().values(), key=lambda cls: cls.slug)
CAPABILITIES = [
    cls
    for cls in vars(base).values()
    if inspect.isclass(cls) and inspect.isabstract(cls) and cls is not Provider
]
MODULES = sorted(Path(integrations.providers.__file__).parent.rglob("*.py"))
GARBAGE = ["", " ", "0", "a" * 5000, "ключ", "\ud800", "\x00", "t=1,v1=zz", "=" * 44]
NONSENSE = ["", " ", "evil.com/.myshopify.com", "a/b", "a b", "../x", "x@evil.com", "a\nb", "http:"]

each = pytest.mark.parametrize("cls", PROVIDERS, ids=lambda cls: cls.slug)
webhooks = pytest.mark.parametrize(
    "cls", [c for c in PROVIDERS if issubclass(c, SendsWebhooks)], ids=lambda cls: cls.slug
)


def example(cls: type[Provider]) -> str:
    """An account the provider accepts, taken from the description of its account field."""
    described = cls.Settings.model_fields[cls.account_field].description or ""
    for word in re.findall(r"[\w.:/-]+", described):
        try:
            return cls.normalize_account(word)
        except ValueError:
            continue
    raise AssertionError(f"{cls.slug}: its account field's description holds no example")


def build(cls: type[Provider], secret: str = "") -> Provider:
    account = example(cls) if cls.account_field else ""
    config = cls.Settings(**({cls.account_field: account} if cls.account_field else {}))
    secrets = cls.Secrets(**dict.fromkeys(cls.Secrets.model_fields, secret))
    http = Client(cls.base_url(account, config))
    return cls(
        Access(
            connection="test",
            account=account,
            settings=config,
            secrets=secrets,
            tokens=NoTokens(),
            http=http,
            now=lambda: datetime(2026, 11, 20, tzinfo=UTC),
        )
    )


def test_there_are_providers():
    assert {"shopify", "shopify-partner"} <= {cls.slug for cls in PROVIDERS}


@each
def test_it_has_a_slug_a_label_and_a_docstring(cls):
    assert re.fullmatch(r"[a-z][a-z0-9-]{2,39}", cls.slug)
    assert cls.label.strip() == cls.label != ""
    assert (cls.__doc__ or "").strip()


@each
def test_it_can_be_built_so_every_capability_is_implemented(cls):
    assert not inspect.isabstract(cls)
    assert build(cls).access.connection == "test"


@each
def test_it_has_a_capability_besides_being_a_provider(cls):
    assert [one for one in CAPABILITIES if issubclass(cls, one)]


@each
@pytest.mark.parametrize("kind", ["Settings", "Secrets"])
def test_its_fields_say_what_they_are(cls, kind):
    model: type[BaseModel] = getattr(cls, kind)
    assert issubclass(model, BaseModel)
    for name, field in model.model_fields.items():
        assert field.title or field.description, f"{cls.slug}.{kind}.{name} says nothing"


@each
def test_its_account_field_is_one_of_its_settings(cls):
    assert not cls.account_field or cls.account_field in cls.Settings.model_fields


@each
def test_its_secrets_do_not_show_by_accident(cls):
    hidden = [
        name
        for name, field in cls.Secrets.model_fields.items()
        if field.annotation is SecretStr or not field.repr
    ]
    assert hidden or not cls.Secrets.model_fields
    secrets = cls.Secrets(**{name: f"hush-{name}" for name in cls.Secrets.model_fields})
    shown = f"{secrets!r} {secrets} {secrets.model_dump_json()}"
    assert not [name for name in hidden if f"hush-{name}" in shown]


@each
def test_an_instance_does_not_show_its_secrets(cls):
    assert "hush" not in repr(build(cls, "hush-hush"))


@each
def test_its_default_schedules_are_of_flows_it_can_do(cls):
    assert set(cls.default_schedules) <= {flow.name for flow in registry.flows_of(cls)}


@each
def test_its_default_schedules_make_rows_the_database_takes(cls, db):
    from integrations.models import Connection

    row = Connection.objects.create(provider=cls.slug, slug="x", name="X")
    for flow in registry.flows_of(cls):
        fields = default_schedule(row, flow.name, timezone.now())
        ZoneInfo(fields["timezone"])
        schedule = FlowSchedule.objects.create(connection=row, flow=flow.name, **fields)
        assert (next_due(schedule, timezone.now()) is None) == schedule.is_manual


@each
def test_it_is_called_over_https_at_one_host(cls):
    account = example(cls) if cls.account_field else ""
    config = cls.Settings(**({cls.account_field: account} if cls.account_field else {}))
    assert re.fullmatch(r"https://[a-z0-9.-]+(/[\w./-]*)?", cls.base_url(account, config))


@each
@pytest.mark.parametrize("text", NONSENSE)
def test_it_refuses_nonsense_as_an_account_with_a_sentence(cls, text):
    if not cls.account_field:
        assert "/" not in cls.normalize_account("").strip()
        return
    with pytest.raises(ValueError, match=r"[A-Z].*\."):
        cls.normalize_account(text)


@each
def test_its_account_has_one_spelling(cls):
    if cls.account_field:
        account = example(cls)
        assert cls.normalize_account(f"  {account.upper()} ") == cls.normalize_account(account)


@webhooks
@pytest.mark.parametrize("given", GARBAGE)
def test_a_garbage_signature_is_refused_and_never_an_error(cls, given):
    provider = build(cls, "hush")
    assert isinstance(provider, SendsWebhooks)
    for body in (b"", b"{}", b"\xff\xfe", b"[" * 100_000):
        assert provider.verify(body, Everything(given)) is False


@webhooks
def test_without_a_secret_nothing_is_signed(cls):
    provider = build(cls)
    assert isinstance(provider, SendsWebhooks)
    assert provider.verify(b"{}", {}) is False
    assert provider.verify(b"{}", Everything("")) is False


@webhooks
@pytest.mark.parametrize("given", GARBAGE)
def test_an_envelope_is_read_from_any_headers(cls, given):
    assert issubclass(cls, SendsWebhooks)
    assert isinstance(cls.envelope({}).topic, str)
    assert isinstance(cls.envelope(Everything(given)).account, str)


@webhooks
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"id": "x"}', b"\xff\xfe", b"[" * 9999]
)
def test_an_unreadable_body_is_a_bad_response_or_says_nothing(cls, body):
    provider = build(cls, "hush")
    assert isinstance(provider, SendsWebhooks)
    for topic in known_topics(cls):
        try:
            events = provider.parse(body, dict.fromkeys(cls.kept_headers, topic))
        except BadResponse:
            continue
        assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", event.topic) for event in events)


@webhooks
def test_the_headers_it_keeps_are_not_signatures(cls):
    assert issubclass(cls, SendsWebhooks)
    assert cls.kept_headers
    for name in cls.kept_headers:
        assert name == name.lower()
        assert not re.search("hmac|sign|token|secret|auth|cookie", name)


@pytest.mark.parametrize(
    "cls", [c for c in PROVIDERS if issubclass(c, Authorizes)], ids=lambda cls: cls.slug
)
def test_what_is_authorized_in_a_browser_asks_at_its_own_address(cls):
    provider = build(cls, "hush")
    assert isinstance(provider, Authorizes)
    url = provider.authorize_url("state-1", "https://portal.example/back/")
    assert url.startswith(provider.access.http.base_url)
    assert "state-1" in url
    assert url.count("hush") <= 1  # the client id is public, the client secret is not
    assert provider.verify_callback({}) is False
    assert provider.verify_callback({"hmac": "0" * 64, "shop": provider.access.account}) is False


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_provider_module_knows_neither_django_nor_requests(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    roots = {name.partition(".")[0] for name in names}
    above = {"catalog", "inventory", "orders", "config"}
    assert not roots & ({"django", "django_q", "requests", "urllib3"} | above)
    inside = ("integrations.models", "integrations.services", "integrations.jobs")
    assert not [name for name in names if name.startswith(inside)]


@each
def test_it_raises_only_words_of_the_seam(cls):
    """Every class raised by name in its modules is an error word, or a ValueError for settings."""
    for module in modules_of(cls):
        for name in filter(None, map(raised_name, ast.walk(ast.parse(inspect.getsource(module))))):
            error = vars(module).get(name, getattr(builtins, name, None))
            assert issubclass(error, (ProviderError, ValueError)), f"{module.__name__}: {name}"


def raised_name(node: Any) -> str:
    """`X` of `raise X(...)`; empty for a re-raise or a variable."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        function = node.exc.func
        return function.id if isinstance(function, ast.Name) else ""
    return ""


def modules_of(cls: type[Provider]) -> list[Any]:
    """Its own module, and those beside it in a package of its own."""
    own = inspect.getmodule(cls)
    package = own.__name__.rpartition(".")[0]
    if package == "integrations.providers":
        return [own]
    return [module for name, module in sys.modules.items() if name.startswith(f"{package}.")]


class Everything(dict):
    """Headers that answer every name with the same text."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def get(self, name: str, default: Any = None) -> Any:
        return self.value

    def __getitem__(self, name: str) -> str:
        return self.value

    def __contains__(self, name: object) -> bool:
        return True


def known_topics(cls: type[Provider]) -> list[str]:
    """Every topic word its modules mention, and one nobody knows."""
    texts = [inspect.getsource(module) for module in modules_of(cls)]
    found = set(re.findall(r'"([a-z_]+/[a-z_]+)"', " ".join(texts)))
    return [*sorted(found), "nobody/knows"]
