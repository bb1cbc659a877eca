"""The page of the dials: every one in plain words, what is on, how often it fired, and off."""

import re
from pathlib import Path

import pytest

from integrations.sandbox.dial_words import GROUPS, SETTINGS, WORDS, fired, scope, sentence
from integrations.sandbox.faults import Dial, Mode

DOCUMENT = Path(__file__).parents[3] / "docs" / "sandbox.md"


def page(sandbox):
    return sandbox.send("GET", "/dials/").body.decode()


def on_now(html):
    """Sentence and small print of what is on, the newest first."""
    rows = re.findall(r'<p class="says">(.*?)</p>\s*<p class="quiet">(.*?)</p>', html, re.DOTALL)
    return [(says, re.sub(r"<[^>]*>", "", small)) for says, small in rows]


def test_every_mode_is_in_one_group_with_one_sentence():
    listed = [mode for group in GROUPS for mode in group.modes]
    assert sorted(listed) == sorted(Mode)
    for mode in Mode:
        said = sentence(Dial(mode=mode), 35)
        assert re.fullmatch(r"[A-Z0-9].*\.", said), said
        assert not re.search(r"[{}_]", said), said


def test_every_mode_and_setting_is_described_in_the_documentation():
    text = DOCUMENT.read_text(encoding="utf-8")
    missing = [name for name in [*Mode, *SETTINGS] if f"`{name}`" not in text]
    assert missing == ["effect"]  # described in words above the table


def test_every_setting_is_one_of_the_dial():
    named = {name for words in WORDS.values() for name in words.settings}
    assert named == set(SETTINGS) <= set(Dial.model_fields)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, "Every call at all stores, until it is turned off"),
        (
            {"operation": "orderCreate", "every": 5, "times": 3},
            "Every 5th orderCreate at all stores, at most 3 times",
        ),
        (
            {"every": 2, "probability": 0.3, "times": 1},
            "Every 2nd call at all stores, with a chance of 30%, at most once",
        ),
    ],
)
def test_which_calls_are_meant(values, wanted):
    assert scope(Dial(mode=Mode.ERROR, **values), "all stores") == wanted


def test_how_often_it_fired():
    dial = Dial(mode=Mode.ERROR, times=2)
    assert fired(dial) == "Not met by a call yet."
    dial.seen, dial.fired = 1, 1
    assert fired(dial) == "Fired once in 1 call."
    dial.seen, dial.fired = 9, 2
    assert fired(dial) == "Fired 2 times in 9 calls. Used up."


def test_a_dial_is_turned_on_seen_to_fire_and_turned_off(sandbox, order_of):
    answer = sandbox.form(
        "/dials/",
        mode="order_changed",
        change="more",
        shop="*",
        operation="*",
        every="1",
        times="1",
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/dials/#dial-1")
    order_of(quantity=2)
    assert on_now(page(sandbox)) == [
        (
            "Their system takes more units when our order comes in.",
            "Every call at all stores, at most once. Fired once in 1 call. Used up.",
        )
    ]
    sandbox.form("/dials/", clear="1")
    assert on_now(page(sandbox)) == []
    assert "Everything works: no dial is on." in page(sandbox)


def test_each_dial_on_the_page_can_be_turned_on_with_what_its_form_proposes(sandbox):
    html = page(sandbox)
    forms = re.findall(r'<details id="mode-.*?</details>', html, re.DOTALL)
    assert len(forms) == len(Mode)
    for form in forms:
        fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
        for name, choices in re.findall(r'<select name="(\w+)">(.*?)</select>', form):
            chosen = re.search(r'value="([^"]*)" selected', choices)
            fields[name] = chosen[1] if chosen else "*"
        assert sandbox.form("/dials/", **fields).status == 303, fields
    assert [one.mode for one in sandbox.world.state.dials] == [
        mode for group in GROUPS for mode in group.modes
    ]


def test_a_wrong_value_is_named_in_plain_words(sandbox):
    answer = sandbox.form("/dials/", mode="drip", drip_seconds="no", every="0")
    html = answer.body.decode()
    assert answer.status == 400
    assert "Check these values: every, seconds between bytes." in html
    assert '<details id="mode-drip" data-test="kind" data-mode="drip" open>' in html
    assert sandbox.world.state.dials == []
