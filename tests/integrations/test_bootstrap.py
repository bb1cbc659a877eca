"""First connections from the environment: what is missing is said, and nothing goes elsewhere."""

import io
import json
import sys

import pytest
import responses
from django.core.management import CommandError, call_command

from integrations import registry
from integrations.models import Alert, Connection, SyncRun
from integrations.services import bootstrap
from integrations.services.connecting import save_connection
from integrations.services.connections import provider_for, remember
from integrations.services.health import check_environment
from integrations.services.run_requests import request_run
from integrations.services.runs import COUNTS, run_flow

ADDRESS = "https://acme.api.sellercloud.com/rest"
NAMES = ["SELLERCLOUD_BASE_URL", "SELLERCLOUD_USERNAME", "SELLERCLOUD_PASSWORD"]
VALUES = (ADDRESS, "portal@acme.example", "hush-hush")
TOKEN_ANSWER = {"access_token": "sc-1", "expires_in": 1800}


@pytest.fixture
def environment(settings):
    def fill(*values: str) -> None:
        for name, value in zip(NAMES, values, strict=False):
            setattr(settings, name, value)

    return fill


def connect(*arguments: str) -> str:
    out = io.StringIO()
    call_command("connect", *arguments, stdout=out)
    return out.getvalue()


def run_stock(connection: Connection) -> SyncRun:
    run, _ = request_run(connection, "stock", trigger="command", inline=True)
    run_flow(run.pk)
    run.refresh_from_db()
    return run


def system(net: responses.RequestsMock, status: int = 200) -> None:
    """An ERP with no orders and no stock, or one that refuses the password."""
    net.add("POST", f"{ADDRESS}/api/token", json=TOKEN_ANSWER, status=status)
    for path in ("PurchaseOrders", "Inventory"):
        net.add("GET", f"{ADDRESS}/api/{path}", json={"Items": [], "TotalResults": 0})


def test_without_anything_there_is_a_draft_that_names_what_is_missing(db):
    row = bootstrap.connection_of("sellercloud")
    assert (row.status, row.slug, row.name) == ("draft", "sellercloud", "SellerCloud")
    assert bootstrap.missing_settings(row) == NAMES
    assert bootstrap.connection_of("sellercloud") == row


def test_a_run_without_credentials_is_skipped_with_their_names_and_no_counts(db, net):
    run = run_stock(bootstrap.connection_of("sellercloud"))
    assert (run.status, run.reason) == ("skipped", "not_configured")
    assert "SELLERCLOUD_BASE_URL, SELLERCLOUD_USERNAME, SELLERCLOUD_PASSWORD are" in run.error
    assert "connect sellercloud sellercloud --check" in run.error
    assert [getattr(run, name) for name in COUNTS] == [0] * len(COUNTS)
    assert list(net.calls) == []
    assert Alert.objects.count() == 0


def test_the_command_of_such_a_run_exits_with_4(db, capsys):
    row = bootstrap.connection_of("sellercloud")
    with pytest.raises(SystemExit) as ended:
        call_command("sync", row.slug, "stock", "--json", stdout=sys.stdout)
    said = json.loads(capsys.readouterr().out)
    assert (ended.value.code, said["status"], said["processed"]) == (4, "skipped", 0)


def test_one_that_lacks_only_the_password_says_so(db, environment):
    environment(ADDRESS, "portal@acme.example")
    row = bootstrap.connection_of("sellercloud")
    assert bootstrap.missing_settings(row) == ["SELLERCLOUD_PASSWORD"]
    assert "SELLERCLOUD_PASSWORD is missing. Set it" in bootstrap.not_configured(row)


def test_a_draft_takes_what_the_environment_has_by_now(db, environment):
    draft = bootstrap.connection_of("sellercloud")
    environment(*VALUES)
    row = bootstrap.connection_of("sellercloud")
    assert (row.pk, row.account) == (draft.pk, "acme.api.sellercloud.com")
    assert bootstrap.missing_settings(row) == []
    assert row.secrets.reveal() == {"username": VALUES[1], "password": VALUES[2]}


def test_the_first_run_of_a_complete_draft_connects_it(db, net, environment, naps):
    system(net)
    environment(*VALUES)
    row = bootstrap.connection_of("sellercloud")
    assert run_stock(row).reason not in ("not_configured", "not_active")
    row.refresh_from_db()
    assert row.status == "active"
    assert net.calls[0].request.url == f"{ADDRESS}/api/token"


def test_a_draft_with_a_wrong_password_needs_attention_once_and_shows_no_secret(
    db, net, environment
):
    system(net, status=401)
    environment(*VALUES)
    row = bootstrap.connection_of("sellercloud")
    run = run_stock(row)
    assert (run.status, run.reason) == ("failed", "auth")
    row.refresh_from_db()
    assert row.status == "needs_attention"
    [alert] = Alert.objects.all()
    assert "hush" not in f"{run.error} {alert.title} {alert.advice} {row.status_reason}"
    assert len(net.calls) == 1


def test_the_command_takes_from_the_environment_what_is_not_given(db, net, environment):
    system(net)
    environment(*VALUES)
    said = connect("sellercloud", "erp", "--secret", "password=other", "--check")
    row = Connection.objects.get(slug="erp")
    assert row.secrets.reveal() == {"username": VALUES[1], "password": "other"}
    assert (row.status, row.settings["base_url"]) == ("active", ADDRESS)
    assert "From the environment: base_url, username." in said
    assert "hush" not in said


def test_a_new_password_is_not_proven_by_a_token_of_the_one_before(db, net, environment):
    system(net)
    environment(*VALUES)
    connect("sellercloud", "erp", "--check")
    net.replace("POST", f"{ADDRESS}/api/token", json={}, status=401)
    with pytest.raises(CommandError, match="the check failed") as refused:
        connect("sellercloud", "erp", "--secret", "password=other-hush", "--check")
    assert "hush" not in str(refused.value)
    row = Connection.objects.get(slug="erp")
    assert (row.status, row.tokens.reveal()) == ("needs_attention", {})


def test_the_same_password_again_keeps_the_token(db, net, environment):
    system(net)
    environment(*VALUES)
    connect("sellercloud", "erp", "--check")
    connect("sellercloud", "erp", "--check")
    asked = [call for call in net.calls if call.request.url.endswith("/token")]
    assert len(asked) == 1


def test_a_password_of_the_environment_never_goes_to_another_account(db, environment):
    environment(*VALUES)
    connect("sellercloud", "other", "--set", "base_url=https://evil.api.sellercloud.com/rest")
    row = Connection.objects.get(slug="other")
    assert row.secrets.reveal() == {}
    connect("sellercloud", "other", "--set", "calls_per_hour=100")
    row.refresh_from_db()
    assert row.secrets.reveal() == {}
    assert bootstrap.missing_settings(row) == NAMES[1:]


@pytest.mark.parametrize(
    "address",
    ["http://acme.api.sellercloud.com", "https://u:p@acme.api.sellercloud.com", "https://acme",
     "https://acme.api.sellercloud.com/rest?x=1", "https://acme.api.sellercloud.com:8443", "a b"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_a_sentence(db, address):
    with pytest.raises(CommandError, match=r"[A-Z].*\."):
        connect("sellercloud", "erp", "--set", f"base_url={address}")
    assert Connection.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"{ADDRESS}/", ADDRESS),
        ("https://ACME.api.sellercloud.com", "https://acme.api.sellercloud.com"),
        ("acme.api.sellercloud.com/rest", ADDRESS),
    ],
)
def test_an_address_is_kept_as_given_with_and_without_rest(db, given, kept):
    row, _ = save_connection("sellercloud", "erp", {"base_url": given}, {})
    assert (row.settings["base_url"], row.account) == (kept, "acme.api.sellercloud.com")


def test_a_new_connection_is_shown_and_never_counted(db):
    row, _ = save_connection("sellercloud", "erp", {"base_url": ADDRESS}, {})
    assert row.stock_authority == "observe"
    assert bootstrap.connection_of("sellercloud") == row
    partner, _ = save_connection("shopify-partner", "lantern", {"shop": "l.myshopify.com"}, {})
    assert partner.stock_authority == "mirror"


def test_what_staff_chose_stays_when_it_is_changed(db):
    row, _ = save_connection("sellercloud", "erp", {"base_url": ADDRESS}, {})
    Connection.objects.update(stock_authority="mirror")
    row, _ = save_connection("sellercloud", "erp", {"currency": "USD"}, {})
    assert row.stock_authority == "mirror"


def test_what_a_server_lacks_is_remembered_until_its_settings_change(db):
    row, _ = save_connection("sellercloud", "erp", {"base_url": ADDRESS}, {})
    remember(row.pk, "no_stock_list", "2026-11-20")
    remember(row.pk, "details_by_get", "2026-11-20")
    row.refresh_from_db()
    both = {"no_stock_list": "2026-11-20", "details_by_get": "2026-11-20"}
    assert provider_for(row).access.remembered == both
    save_connection("sellercloud", "erp", {}, {"username": "u"})
    row.refresh_from_db()
    assert row.facts == both
    row, _ = save_connection("sellercloud", "erp", {"inventory_details_method": "GET"}, {})
    assert row.facts == {}


def test_the_doctor_says_that_the_environment_is_not_used(db, environment):
    assert check_environment() == []
    environment(*VALUES[:2])
    [partly] = check_environment()
    assert (partly.level, partly.name) == ("warn", "SellerCloud in the environment")
    assert "Set SELLERCLOUD_PASSWORD too" in partly.fix
    environment(*VALUES)
    [wholly] = check_environment()
    assert wholly.fix == "Run `manage.py connect sellercloud sellercloud --check`."
    Connection.objects.create(provider="sellercloud", slug="erp", status="active")
    assert check_environment() == []


def test_a_connection_whose_provider_is_gone_lacks_nothing(db):
    row = Connection.objects.create(provider="gone", slug="gone")
    assert (bootstrap.missing_settings(row), bootstrap.begins_by_itself(row)) == ([], False)


def test_an_environment_that_names_no_account_is_not_taken_for_one(settings):
    settings.STRIPE_ACCOUNT, settings.STRIPE_WEBHOOK_SECRET = "oops", "whsec_1"
    cls = registry.provider_class("stripe")
    assert bootstrap.from_environment(cls, "acct_1234") == ({}, {})


def test_an_account_in_another_spelling_is_the_same(settings):
    settings.STRIPE_ACCOUNT, settings.STRIPE_WEBHOOK_SECRET = "ACCT_1234", "whsec_1"
    cls = registry.provider_class("stripe")
    assert bootstrap.from_environment(cls, "acct_1234") == (
        {"account": "ACCT_1234"},
        {"webhook_secret": "whsec_1"},
    )


def test_an_optional_secret_is_taken_and_never_missed(settings, db):
    settings.STRIPE_ACCOUNT, settings.STRIPE_WEBHOOK_SECRET = "acct_1234", "whsec_1"
    row = bootstrap.connection_of("stripe")
    assert bootstrap.missing_settings(row) == []
    row.delete()
    settings.STRIPE_API_KEY = "rk_test_1"
    assert bootstrap.connection_of("stripe").secrets.reveal()["api_key"] == "rk_test_1"
