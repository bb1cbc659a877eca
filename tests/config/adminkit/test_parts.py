"""Badges, times, money and the other small parts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe

from config.adminkit.badges import BADGES, TONES, tone
from config.adminkit.charts import bars_shape, spark_shape, strip_shape
from config.adminkit.parts import ago, badge, copyable, diff, json_block, link, money, when
from config.adminkit.templatetags.adminkit import stat, without_style

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Paid", "ok"),
        ("Partially shipped", "info"),
        ("On hold", "warn"),
        ("Placement failed", "bad"),
        ("Canceled", "mute"),
        ("Never heard of", "mute"),
    ],
)
def test_a_word_has_its_tone(word, expected):
    assert tone(word) == expected


def test_no_word_has_two_tones():
    assert len(BADGES) == sum(len(words) for words in TONES.values())


def test_words_are_in_sentence_case():
    shouting = [w for w in BADGES if w[1:] != w[1:].lower() and "SKU" not in w]
    assert shouting == []


def test_a_badge_escapes_its_word():
    assert badge("<i>") == '<span class="badge mute">&lt;i&gt;</span>'


def test_a_badge_may_be_forced():
    assert badge("3 of 8", "bad") == '<span class="badge bad">3 of 8</span>'


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=20), "in a moment"),
        (timedelta(minutes=-4), "4 min ago"),
        (timedelta(hours=5), "in 5 h"),
        (timedelta(days=-3), "3 d ago"),
        (timedelta(days=-20), "Oct 31"),
        (timedelta(days=-400), "Oct 16, 2025"),
    ],
)
def test_a_time_is_short(delta, text):
    assert ago(NOW + delta, NOW) == text


def test_a_time_carries_the_exact_moment_and_zone(settings):
    shown = when(NOW, exact=True)

    assert 'datetime="2026-11-20T12:00:00+00:00"' in shown
    assert "Nov 20" in shown


def test_no_time_is_a_dash():
    assert when(None) == '<span class="q">—</span>'


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (Decimal("1204.75"), "USD", "$1,204.75"),
        ("-12.5", "EUR", "\N{MINUS SIGN}€12.50"),
        (0, "JPY", "JPY 0.00"),
    ],
)
def test_money_lines_up(value, currency, text):
    assert money(value, currency) == f'<span class="money">{text}</span>'


def test_unknown_money_is_a_dash():
    assert money(None) == '<span class="q">—</span>'


def test_copyable_escapes_and_keeps_the_full_value():
    part = copyable('https://x/?a="1"', "short")

    assert "<code>short</code>" in part
    assert 'data-copy="https://x/?a=&quot;1&quot;"' in part


def test_a_value_that_may_be_cut_is_whole_on_hover():
    assert "title" not in copyable("CD-YETGBZN0F8")
    assert 'title="gid://shopify/Fulfillment/8210000001749"' in copyable(
        "gid://shopify/Fulfillment/8210000001749"
    )


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Weekly, Fri 17:00", "words"),
        ("1 min ago", "words"),
        (money("30"), ""),
        (42, ""),
        ("$30.00", ""),
        ("—", ""),
    ],
)
def test_words_in_place_of_a_number_are_set_smaller(value, kind):
    assert stat("Orders", value)["kind"] == kind


def test_diff_shows_the_difference_of_numbers():
    assert '<em class="down">-9</em>' in diff(40, 31)
    assert "<em" not in diff("Open", "Done")


def test_json_hides_what_sounds_secret():
    shown = json_block({"access_token": "shpat_1", "deep": [{"api_key": "k"}], "id": 7})

    assert "shpat_1" not in shown
    assert "&quot;k&quot;" not in shown
    assert "&quot;id&quot;: 7" in shown


def test_a_link_without_address_is_text():
    assert link("", "<x>") == "&lt;x&gt;"
    assert link("/a/?x=1&y=2", "go") == '<a href="/a/?x=1&amp;y=2">go</a>'


def test_charts_take_no_data_at_all():
    assert strip_shape([])["label"] == "Last 0 runs: none yet"
    assert spark_shape([], 120, 28, "Trend")["label"] == "Trend: from 0 to 0"
    assert bars_shape([], 420, 120, "Orders")["items"] == []


def test_the_diff_of_an_import_loses_its_inline_style_and_nothing_else():
    diff_html = mark_safe('<ins style="background:#e6ffe6;">new</ins> <b style="x">')

    assert without_style(diff_html) == '<ins>new</ins> <b style="x">'
    assert without_style("<script>") == "&lt;script&gt;"


def test_a_sparkline_has_a_table_behind_it():
    page = Template("{% load adminkit %}{% spark points 120 28 'Available' %}")

    html = page.render(Context({"points": [("Nov 24", 48), ("Nov 27", 46)]}))

    assert "<caption>Available: from 48 to 46</caption>" in html
    assert '<tr><th scope="row">Nov 24</th><td>48</td></tr>' in html
    assert '<tr><th scope="row">Nov 27</th><td>46</td></tr>' in html
    assert 'aria-hidden="true"' in html


def test_points_without_names_are_counted():
    assert spark_shape([3, 5], 120, 28, "Trend")["rows"] == [("1", 3), ("2", 5)]


def test_bars_have_a_table_behind_them():
    page = Template("{% load adminkit %}{% bars days 420 120 'Orders per day' %}")

    html = page.render(Context({"days": [("Thu", 7), ("Fri", 9)]}))

    assert "<caption>Orders per day</caption>" in html
    assert '<tr><th scope="row">Fri</th><td>9</td></tr>' in html
