"""Errors: every one is problem details, and nothing of the inside is in any."""

import logging
import re

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.test import Client

from integrations.api.problems import CODES, Problem
from integrations.models import ApiKey
from tests.integrations.api.calling import ORDERS, ROOT, STATUS, Caller, problem

pytestmark = pytest.mark.django_db
SECRET = "token=hush-hush"


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1/", "/api/v2/sync/status", f"{ROOT}/", f"{ROOT}/status/", "/api/v1/docs/"],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_there_is_not_says_where_to_look(path, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)

    assert problem(answer) == (
        404,
        "not_found",
        f"There is nothing at {path}. What there is stands at /api/v1/docs.",
    )


@pytest.mark.parametrize(("method", "path", "allowed"), [
    ("get", ORDERS, "POST"), ("put", ORDERS, "POST"), ("post", STATUS, "GET"),
])  # fmt: skip
def test_a_wrong_method_names_the_right_one(caller, method, path, allowed):
    answer = getattr(caller.client, method)(path, headers=caller.headers)

    assert problem(answer)[:2] == (405, "wrong_method")
    assert answer.headers["Allow"] == allowed


def test_no_answer_is_kept_by_a_cache(caller):
    answers = [caller.get(STATUS), Caller().get(STATUS), caller.get(ORDERS)]

    assert [answer.status_code for answer in answers] == [200, 401, 405]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def break_reading(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr("integrations.services.sync_status.flow_states", fail)


@pytest.mark.parametrize("debug", [False, True])
def test_a_defect_is_logged_without_secrets_and_says_nothing(
    caller, monkeypatch, caplog, settings, debug
):
    settings.DEBUG = debug
    break_reading(monkeypatch, RuntimeError(SECRET))

    with caplog.at_level(logging.ERROR):
        answer = caller.get(STATUS)

    assert problem(answer)[:2] == (500, "defect")
    assert "hush" not in answer.text
    assert "RuntimeError" not in answer.text
    names = {record.name for record in caplog.records if record.levelno == logging.ERROR}
    assert "config.api" in names


def test_a_database_that_is_away_asks_to_come_back_later(caller, monkeypatch):
    break_reading(monkeypatch, OperationalError("connection to 10.0.0.7 refused"))

    answer = caller.get(STATUS)

    assert problem(answer)[:2] == (503, "database")
    assert answer.headers["Retry-After"] == "30"
    assert "10.0.0.7" not in answer.text


def test_what_breaks_before_the_api_is_reached_is_a_problem_too(monkeypatch):
    def fail(self, request):
        raise RuntimeError(SECRET)

    monkeypatch.setattr(SessionMiddleware, "process_request", fail)

    answer = Client(raise_request_exception=False).get(STATUS)

    assert problem(answer)[:2] == (500, "defect")
    assert "hush" not in answer.text


def test_a_code_nobody_explains_cannot_be_used():
    with pytest.raises(AssertionError):
        Problem(400, "surprise", "What?")


def test_every_code_is_explained_in_a_sentence():
    assert [text for text in CODES.values() if not re.fullmatch(r"[A-Z].*\.", text)] == []


def test_neither_key_nor_hash_is_in_any_log_or_answer(caller, caplog, settings):
    settings.DEBUG = True
    key = ApiKey.objects.get()
    with caplog.at_level(logging.DEBUG):
        answers = [
            caller.get(STATUS),
            caller.post(ORDERS, {"skus": [caller.key]}),
            Caller(f"{caller.key}x").get(STATUS),
            Client().get(STATUS, headers={"Authorization": f"Token {caller.key}"}),
        ]

    said = caplog.text + "".join(f"{answer.text}{answer.headers}" for answer in answers)
    assert [answer.status_code for answer in answers] == [200, 422, 401, 401]
    assert caller.key not in said
    assert key.hash not in said
