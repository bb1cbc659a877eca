"""The demo's own settings: made once, kept, and only its own."""

import argparse
import stat

import pytest

from config import demo, demo_systems


def arguments(folder, port=8000):
    return argparse.Namespace(port=port, sandbox_port=8100, mail_port=8125, dir=folder)


def test_the_demos_settings_are_written_once_for_this_user_only(tmp_path):
    path = demo.write_env(arguments(tmp_path / "demo"))
    first = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert demo.write_env(arguments(tmp_path / "demo")).read_text() == first
    names = {line.partition("=")[0] for line in first.splitlines()}
    assert {"SECRET_KEY", "CREDENTIAL_KEYS", "ENVIRONMENT", "ALLOW_PRIVATE_HOSTS"} <= names


def test_the_demo_lives_in_its_folder_and_on_its_ports(tmp_path):
    values = demo.environment(arguments(tmp_path, port=8170))
    assert values["DATABASE_URL"] == f"sqlite:///{tmp_path}/crossdock.sqlite3"
    written = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert values.items() - written.items() == {
        ("ENV_FILE", str(tmp_path / ".env")),
        ("DJANGO_SETTINGS_MODULE", "config.settings"),
    }
    assert values["BASE_URL"] == "http://127.0.0.1:8170"
    assert values["SANDBOX_URL"] == "http://127.0.0.1:8100"
    assert values["EMAIL_URL"] == "smtp://127.0.0.1:8125"


@pytest.mark.parametrize(("variable", "value"), [("DEMO_PORT", "8170"), ("DEMO_DIR", "/x")])
def test_ports_and_folder_come_from_the_environment_too(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr("sys.argv", ["demo"])
    args = demo.read_arguments()
    assert value in (str(args.port), str(args.dir))


def test_the_demos_app_is_the_one_its_sandbox_knows():
    from integrations.sandbox.config import DEFAULT_API_KEY, DEFAULT_API_SECRET

    assert (demo_systems.APP_KEY, demo_systems.APP_SECRET) == (DEFAULT_API_KEY, DEFAULT_API_SECRET)


def test_the_demos_erp_is_the_one_its_sandbox_knows():
    from integrations.sandbox.config import Config
    from integrations.sandbox.sellercloud.seed_data import ACCOUNT

    known = (ACCOUNT, Config().erp_username, Config().erp_password)
    assert known == (
        demo_systems.ERP_ACCOUNT,
        demo_systems.ERP_USERNAME,
        demo_systems.ERP_PASSWORD,
    )
